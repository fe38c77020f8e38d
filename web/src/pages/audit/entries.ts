import { infiniteQueryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** One thing that somebody did. */
export type Entry = components["schemas"]["AuditEntry"];

/** Which entries are looked at; empty texts ask for all. */
export interface Wanted {
  actor: string;
  action: string;
  target: string;
  since: string;
}

/** Everything, of all times. */
export const ALL: Wanted = { actor: "", action: "", target: "", since: "" };

const PAGE = 100;

/** The entries that are wanted, newest first, a page at a time. */
export function auditQuery(wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["audit", wanted],
    queryFn: ({ pageParam, signal }) => {
      const asked = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
      const query = { ...asked, limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) };
      return given(api.GET("/api/audit", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  });
}

/** Kinds of actions, by the word that they begin with. */
export const KINDS: readonly { id: string; label: string }[] = [
  { id: "all", label: "Everything" },
  { id: "key.", label: "Keys" },
  { id: "session.", label: "Sessions" },
  { id: "link.", label: "Links" },
  { id: "user.", label: "Users" },
  { id: "team.", label: "Teams" },
  { id: "limit.", label: "Limits" },
  { id: "model.", label: "Models" },
  { id: "provider.", label: "Providers" },
  { id: "secret.", label: "Secrets" },
  { id: "plugin.", label: "Plugins" },
  { id: "config.", label: "Configuration" },
];

/** Spans to look back over. */
export const SPANS: readonly { id: string; label: string }[] = [
  { id: "all", label: "Any time" },
  { id: "1h", label: "The last hour" },
  { id: "1d", label: "The last day" },
  { id: "7d", label: "The last 7 days" },
  { id: "30d", label: "The last 30 days" },
];
