import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** A call that a person was asked about. */
export type Approval = components["schemas"]["Approval"];

/** Under which the calls that wait now are kept. */
export const waitingKey = ["approvals", "pending"] as const;

/** How many calls wait for a person now, for the navigation; `undefined` while that is not known. */
export function useWaiting(): number | undefined {
  return useQuery({
    queryKey: waitingKey,
    queryFn: () => given(api.GET("/api/approvals", { params: { query: { state: "pending", limit: 100 } } })),
    refetchInterval: 5_000,
    retry: false,
  }).data?.data.length;
}
