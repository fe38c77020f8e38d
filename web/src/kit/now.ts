import { useSyncExternalStore } from "react";

const STEP = 5_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, STEP);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const snapshot = () => Math.floor(Date.now() / STEP) * STEP;

/** The time in milliseconds, in steps of five seconds; one clock for all who ask. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}
