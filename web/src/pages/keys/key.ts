import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** A key, without its secret. */
export type Key = components["schemas"]["Key"];
/** A key with its secret, told once. */
export type KeyCreated = components["schemas"]["KeyCreated"];
/** What a key may do. */
export type Scope = components["schemas"]["KeyCreate"]["scopes"] extends readonly (infer S)[] | undefined ? S : never;
/** How urgent a key's calls are. */
export type Priority = Key["priority"];

const MINUTE_MS = 60_000;

/** Every key, newest first. */
export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => given(api.GET("/api/keys", { signal })),
  refetchInterval: MINUTE_MS,
});

/** One key by its id. */
export function keyQuery(id: string) {
  return queryOptions({
    queryKey: ["keys", id],
    queryFn: ({ signal }) => given(api.GET("/api/keys/{key_id}", { params: { path: { key_id: id } }, signal })),
  });
}

/** How a key and its owners stand with their limits. */
export function keyStandingQuery(id: string) {
  return queryOptions({
    queryKey: ["standing", "key", id],
    queryFn: ({ signal }) => given(api.GET("/api/limits/standing", { params: { query: { key: id } }, signal })),
    refetchInterval: 10_000,
  });
}

/** The key that was made on this page load, for filling in the quick start; it is kept in memory alone. */
export const madeKeyQuery = queryOptions<KeyCreated | null>({
  queryKey: ["made key"],
  queryFn: () => null,
  initialData: null,
  staleTime: Infinity,
  gcTime: 60 * MINUTE_MS,
});

/** The words for how urgent calls are. */
export const PRIORITIES: readonly { id: Priority; label: string }[] = [
  { id: "high", label: "High" },
  { id: "normal", label: "Normal" },
  { id: "low", label: "Low" },
  { id: "batch", label: "Batch: when nothing else waits" },
];
