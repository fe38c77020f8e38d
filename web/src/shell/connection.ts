import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";

/** How the console stands with the gateway. */
export type Connection = "connected" | "away" | "offline";

const EVERY_MS = 10_000;
const WHEN_AWAY_MS = 3_000;

function listen(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

async function reach(): Promise<number> {
  const answer = await fetch("/healthz", { credentials: "same-origin", cache: "no-store" });
  if (answer.status >= 500) throw new Error(`The gateway answered ${answer.status}.`);
  return Date.now();
}

/** Asks the gateway whether it is there, and has everything asked again when it is back. */
export function useConnection(): { state: Connection; seen: number | null; retry: () => void } {
  const client = useQueryClient();
  const online = useSyncExternalStore(listen, () => navigator.onLine);
  const { isError, data, dataUpdatedAt, refetch } = useQuery({
    queryKey: ["connection"],
    queryFn: reach,
    retry: 1,
    retryDelay: 500,
    staleTime: 0,
    refetchInterval: (query) => (query.state.status === "error" ? WHEN_AWAY_MS : EVERY_MS),
  });
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const state: Connection = !online && !local ? "offline" : isError ? "away" : "connected";
  useEffect(() => {
    void refetch({ cancelRefetch: false }); // the network came or went
  }, [online, refetch]);
  const before = useRef(state);
  useEffect(() => {
    if (before.current !== "connected" && state === "connected") {
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "connection" });
    }
    before.current = state;
  }, [client, state]);
  return { state, seen: data === undefined ? null : dataUpdatedAt, retry: () => void refetch() };
}
