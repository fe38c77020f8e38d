import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";

const OFTEN_MS = 5_000;
const SELDOM_MS = 15_000;

/** The first moment of this day where the reader is. */
function today(): string {
  const at = new Date();
  at.setHours(0, 0, 0, 0);
  return at.toISOString();
}

/** How the gateway is doing. */
export function useStatus() {
  return useQuery({
    queryKey: ["status"],
    queryFn: () => given(api.GET("/api/status")),
    refetchInterval: OFTEN_MS,
  });
}

/** Requests and errors of the last hour, minute by minute. */
export function useHour() {
  return useQuery({
    queryKey: ["overview", "hour"],
    queryFn: () =>
      given(api.GET("/api/analytics", { params: { query: { since: "1h", granularity: "minute", measure: ["count", "errors"] } } })),
    refetchInterval: OFTEN_MS,
    placeholderData: keepPreviousData,
  });
}

/** What this day adds up to. */
export function useToday() {
  return useQuery({
    queryKey: ["overview", "today"],
    queryFn: () => given(api.GET("/api/analytics", { params: { query: { since: today(), granularity: "hour", measure: ["cost"] } } })),
    refetchInterval: SELDOM_MS,
  });
}

/** How every deployment is doing. */
export function useHealth() {
  return useQuery({ queryKey: ["health"], queryFn: () => given(api.GET("/api/health")), refetchInterval: OFTEN_MS });
}

/** The calls of tools that wait for a person. */
export function useWaiting() {
  return useQuery({
    queryKey: ["approvals", "pending"],
    queryFn: () => given(api.GET("/api/approvals", { params: { query: { state: "pending", limit: 100 } } })),
    refetchInterval: OFTEN_MS,
  });
}

/** The kinds of errors met last. */
export function useLastErrors() {
  return useQuery({
    queryKey: ["overview", "errors"],
    queryFn: () => given(api.GET("/api/errors", { params: { query: { since: "24h", sort: "last_seen", limit: 6 } } })),
    refetchInterval: SELDOM_MS,
  });
}
