import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";

/** The ways to sign in here. */
export const waysToSignIn = queryOptions({
  queryKey: ["sign-in"],
  queryFn: () => given(api.GET("/api/sign-in")),
  staleTime: 60_000,
});

/** Uses a one-time link up; it is sent once, whatever is drawn how often. */
export function arrivalWith(link: string | null) {
  return queryOptions({
    queryKey: ["arrival"],
    queryFn: () => given(api.POST("/api/sign-in/link", { body: { link: link ?? "" } })),
    enabled: link !== null,
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Signs in with a key, and has everything asked again that was refused. */
export function useSignInWithKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => given(api.POST("/api/sign-in/key", { body: { key } })),
    onSuccess: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "arrival" }),
  });
}
