import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { queries } from "@/api/queries";
import type { components } from "@/api/schema";

/** What a page or an action takes; the API holds it, the console only mirrors it. */
export type Right = "read" | "call" | "change" | "own" | "owner";

/** Who is signed in, as `/api/me` tells it. */
export type Me = components["schemas"]["Me"];

/** Who is signed in, with why it is not known: an error of status 401 says that nobody is. */
export function useSignedIn(): UseQueryResult<Me> {
  return useQuery({
    queryKey: ["me"],
    queryFn: () => given(api.GET("/api/me")),
    staleTime: 60_000,
    refetchOnWindowFocus: "always", // another tab may have signed in, or out
  });
}

/** Who is signed in; `undefined` until it is known. */
export function useMe(): Me | undefined {
  return useSignedIn().data;
}

/** Asks again who is signed in: after an answer of 401 of something that is no call of `api`, such as `/v1`. */
export function checkSession(): void {
  void queries.invalidateQueries({ queryKey: ["me"] });
}

/** Asks again whether the gateway is there: after a call that got no answer. */
export function checkConnection(): void {
  void queries.refetchQueries({ queryKey: ["connection"] }, { cancelRefetch: false });
}

/** Whether someone has a right: what `/api/me` says, for hiding or disabling what would be refused. */
export function may(me: Me | undefined, right: Right): boolean {
  if (me === undefined) return right === "read";
  const rights: Record<Right, boolean> = {
    read: me.may.read,
    call: me.may.call,
    change: me.may.change,
    own: me.may.own_keys,
    owner: me.may.owner,
  };
  return rights[right];
}
