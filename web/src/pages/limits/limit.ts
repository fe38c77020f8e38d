import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** Limits by their name. */
export type Limits = components["schemas"]["switchgear__edge__admin__schemas__limits__Limits"];
/** What limits are made of. */
export type LimitSettings = components["schemas"]["LimitSettings"];
/** How somebody stands with their limits. */
export type Standing = components["schemas"]["Standing"];
/** How much of one limit is used. */
export type Use = components["schemas"]["Use"];

/** All limits, of the file and of the store. */
export const limitsQuery = queryOptions({
  queryKey: ["limits"],
  queryFn: ({ signal }) => given(api.GET("/api/limits", { signal })),
});

/** Limits of one name. */
export function oneLimitsQuery(name: string) {
  return queryOptions({
    queryKey: ["limits", name],
    queryFn: ({ signal }) => given(api.GET("/api/limits/{name}", { params: { path: { name } }, signal })),
  });
}

/** How all teams, users and models stand. */
export const standingQuery = queryOptions({
  queryKey: ["standing"],
  queryFn: ({ signal }) => given(api.GET("/api/limits/standing", { signal })),
  refetchInterval: 10_000,
});
