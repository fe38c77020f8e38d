import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { Filters } from "@/address/useFilters";
import { api, given } from "@/api/client";
import type { components, paths } from "@/api/schema";

/** What usage can be narrowed to and grouped by. */
export const USAGE_FILTERS = ["since", "until", "model", "provider", "deployment", "key", "team", "by"] as const;

/** One of them. */
export type UsageFilter = (typeof USAGE_FILTERS)[number];

/** What the API told of a span. */
export type Told = components["schemas"]["Analytics"];

/** What is measured. */
export type Measures = components["schemas"]["Measures"];

/** The name of a measure. */
export type Measure = keyof Measures;

type Query = NonNullable<paths["/api/analytics"]["get"]["parameters"]["query"]>;

/** What the charts show. */
export const SHOWN: Measure[] = [
  "count", "errors", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "first_token_p50_ms", "first_token_p95_ms",
  "tokens_per_second", "prompt_tokens", "completion_tokens", "cost",
];

/** Usage over the span of the filters, in all and by what they group by. Old numbers stay until new ones come. */
export function useAnalytics(filters: Filters<UsageFilter>, since: string, every: number) {
  const { by, ...where } = filters;
  const query = { since, ...where, measure: SHOWN, limit: 50, ...(by === undefined ? {} : { group_by: [by] }) } as Query;
  return useQuery({
    queryKey: ["analytics", query],
    queryFn: ({ signal }) => given(api.GET("/api/analytics", { params: { query }, signal })),
    refetchInterval: filters.until === undefined ? every : false,
    placeholderData: keepPreviousData,
  });
}
