import type { paths } from "@/api/schema";
import type { Filters } from "@/address/useFilters";

/** What calls are narrowed to; `outcome` may be several, with commas. */
export const CALL_FILTERS = [
  "since", "until", "model", "provider", "deployment", "endpoint", "key", "team", "user", "cache", "error", "outcome",
] as const;

/** One of them. */
export type CallFilter = (typeof CALL_FILTERS)[number];

type CallQuery = NonNullable<paths["/api/usage"]["get"]["parameters"]["query"]>;

/** The filters as the API takes them; `since` when the address has none. */
export function callQuery(filters: Filters<CallFilter>, since: string): CallQuery {
  const { outcome, ...rest } = filters;
  const outcomes = outcome?.split(",") as CallQuery["outcome"] | undefined;
  const query = { since, ...rest, ...(outcomes === undefined ? {} : { outcome: outcomes }) };
  return query as CallQuery; // the API says in words which value it does not know
}
