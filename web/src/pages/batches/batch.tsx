import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { number } from "@/kit/format";
import { Status } from "@/kit/Status";

/** A file of many requests, and how far it is. */
export type Batch = components["schemas"]["Batch"];

const TONES = {
  validating: "info",
  failed: "error",
  in_progress: "live",
  finalizing: "live",
  completed: "ok",
  expired: "warn",
  cancelling: "warn",
  cancelled: "neutral",
} as const;

/** Whether a batch may still be cancelled. */
export function underWay(batch: Batch): boolean {
  return ["validating", "in_progress", "finalizing"].includes(batch.status);
}

/** One batch by its id. */
export function batchQuery(id: string) {
  return queryOptions({
    queryKey: ["batches", id],
    queryFn: ({ signal }) => given(api.GET("/api/batches/{batch_id}", { params: { path: { batch_id: id } }, signal })),
    refetchInterval: 3_000,
  });
}

/** How a batch is. */
export function BatchState({ of }: { of: Batch }) {
  return <Status tone={TONES[of.status]}>{of.status.replace("_", " ")}</Status>;
}

/** How many of its lines are done. */
export function BatchProgress({ of }: { of: Batch }) {
  if (of.total === 0) return <span>not counted yet</span>;
  const done = of.completed + of.failed;
  return (
    <span className="num">
      {number(done)} of {number(of.total)}
      {of.failed > 0 && `, ${number(of.failed)} failed`} ({Math.floor((done / of.total) * 100)} %)
    </span>
  );
}
