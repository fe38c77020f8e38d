import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { When } from "@/kit/When";

export interface LoadedProps<T> {
  query: UseQueryResult<T>;
  /** What is asked for: “the keys”. */
  what: string;
  /** How many lines the place holds until it is there. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** What was asked of the gateway: its place while it is on its way, what went wrong, or it, with its age when it is old. */
export function Loaded<T>({ query, what, lines = 6, children }: LoadedProps<T>) {
  if (query.data === undefined) {
    if (query.isError) return <ErrorNote title={`Could not load ${what}.`} error={query.error} onRetry={() => void query.refetch()} />;
    return <Loading label={`Loading ${what}`} lines={lines} />;
  }
  return (
    <>
      {query.isError && (
        <ErrorNote title={`Could not refresh ${what}.`} error={query.error} onRetry={() => void query.refetch()}>
          <p>
            What stands here was read <When at={query.dataUpdatedAt} relative />.
          </p>
        </ErrorNote>
      )}
      {children(query.data)}
    </>
  );
}
