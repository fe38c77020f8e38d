import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import type { Option } from "@/kit/Select";

/** Somebody who has keys, or signs in. */
export type User = components["schemas"]["User"];
/** Keys that belong together. */
export type Team = components["schemas"]["Owner"];

/** All users that are defined, and those that keys name. */
export const usersQuery = queryOptions({ queryKey: ["users"], queryFn: ({ signal }) => given(api.GET("/api/users", { signal })) });

/** All teams that are defined, and those that keys name. */
export const teamsQuery = queryOptions({ queryKey: ["teams"], queryFn: ({ signal }) => given(api.GET("/api/teams", { signal })) });

/** What stands in a choice for nothing chosen. */
export const NONE = "none";

/** Names to choose from, and none of them. */
export function choices(names: readonly string[], none: string): Option[] {
  return [{ id: NONE, label: none }, ...names.filter((name) => name !== "*").map((name) => ({ id: name, label: name }))];
}

/** How somebody is called: all without an entry are called by what they are. */
export function called(name: string, kind: "user" | "team"): string {
  return name === "*" ? `every other ${kind}` : name;
}

/** Where somebody is defined, in words. */
export const SOURCES: Record<Team["source"], string> = { file: "the file", store: "here", keys: "keys alone" };
