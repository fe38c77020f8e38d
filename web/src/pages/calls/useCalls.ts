import { type InfiniteData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Filters } from "@/address/useFilters";
import { api, given } from "@/api/client";
import { queries } from "@/api/queries";
import type { components } from "@/api/schema";
import { type CallFilter, callQuery } from "@/traffic/callFilters";

/** One call of the log. */
export type Call = components["schemas"]["Call"];

type Page = components["schemas"]["CallList"];

const PAGE = 1000;
const TAIL = 200;
const EVERY_MS = 2_000;

/** The pages with calls that came since put before them, newest first and each once. */
function withNewer(before: InfiniteData<Page, string | null> | undefined, newest: readonly Call[]) {
  const [first, ...rest] = before?.pages ?? [];
  if (before === undefined || first === undefined) return before;
  const known = new Set(before.pages.slice(0, 2).flatMap(({ data }) => data.map(({ id }) => id)));
  const oldest = first.data.at(-1)?.at ?? "";
  const fresh = newest.filter(({ id, at }) => !known.has(id) && (first.next === null || at >= oldest));
  if (fresh.length === 0) return before;
  const data = [...fresh, ...first.data].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  return { ...before, pages: [{ ...first, data }, ...rest] };
}

/** The calls that the filters let through, newest first: as many as were asked for, and with `live` those that come. */
export function useCalls(filters: Filters<CallFilter>, since: string, live: boolean) {
  const key = ["calls", filters, since];
  const log = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      given(api.GET("/api/usage", { params: { query: { ...callQuery(filters, since), limit: PAGE, before: pageParam } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    structuralSharing: false, // each page would be compared, value by value, with itself
    staleTime: Infinity, // what comes is put in by the tail, what is there does not change
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const tail = useQuery({
    queryKey: ["calls tail", filters, since],
    queryFn: async ({ signal }) => {
      const query = { ...callQuery(filters, since), limit: TAIL };
      const { data } = await given(api.GET("/api/usage", { params: { query }, signal }));
      queries.setQueryData<InfiniteData<Page, string | null>>(key, (before) => withNewer(before, data));
      return data.length;
    },
    enabled: live && log.isSuccess,
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  const pages = log.data?.pages;
  const calls = useMemo(() => pages?.flatMap(({ data }) => data) ?? [], [pages]);
  return { log, tail, calls };
}
