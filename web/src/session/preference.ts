import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

const SETTLES_MS = 400;

const ALL = ["preferences"] as const;

type Kept = Readonly<Record<string, unknown>>;

/** Everything that is kept for the user at once: to ask for one that is not there would be told as an error. */
async function ask(): Promise<Kept> {
  const answer = await fetch("/api/me/preferences", { credentials: "same-origin" });
  if (!answer.ok) return {};
  const { data } = (await answer.json()) as { data?: Kept };
  return data ?? {};
}

async function keep(name: string, value: unknown): Promise<void> {
  const address = `/api/me/preferences/${encodeURIComponent(name)}`;
  const headers = { "content-type": "application/json" };
  const order: RequestInit =
    value === null ? { method: "DELETE" } : { method: "PUT", headers, body: JSON.stringify(value) };
  await fetch(address, { ...order, keepalive: true, credentials: "same-origin" }).catch(() => undefined); // away: it holds in this window
}

/** A document that the gateway keeps for the user under a name. */
export interface Preference {
  /** What was saved; `null` when nothing was. It comes from anywhere: check it before use. */
  value: unknown;
  /** Whether it is known yet. */
  isKnown: boolean;
  /** Takes effect as soon as it is known what was kept, and is sent when it has settled; `null` forgets it. A function gets what was kept. */
  save: (change: unknown) => void;
}

/** Reads and keeps one preference of the user (`layout.overview`, `appearance`), at most 64 KiB. All of them are asked for once. */
export function usePreference(name: string): Preference {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = useRef<(() => void) | null>(null);
  const { data, isPending } = useQuery({ queryKey: ALL, queryFn: ask, staleTime: Infinity });

  useEffect(() => {
    const send = (): void => waiting.current?.();
    window.addEventListener("pagehide", send); // nothing that was chosen is lost when the window is closed
    return () => {
      window.removeEventListener("pagehide", send);
      send();
    };
  }, [name]);

  const set = useCallback(
    (change: unknown) => {
      const before = client.getQueryData<Kept>(ALL) ?? {};
      const value: unknown = typeof change === "function" ? (change as (before: unknown) => unknown)(before[name] ?? null) : change;
      if (value === null && !(name in before)) return;
      const others = Object.entries(before).filter(([other]) => other !== name);
      client.setQueryData<Kept>(ALL, Object.fromEntries(value === null ? others : [...others, [name, value]]));
      clearTimeout(timer.current);
      const send = (): void => {
        clearTimeout(timer.current);
        waiting.current = null;
        void keep(name, value);
      };
      waiting.current = send;
      timer.current = setTimeout(send, SETTLES_MS);
    },
    [client, name],
  );
  const save = useCallback(
    (change: unknown) => {
      if (client.getQueryData(ALL) !== undefined) {
        set(change);
        return;
      }
      const known = client.query({ queryKey: ALL, queryFn: ask, staleTime: "static" });
      void known.catch(() => undefined).then(() => set(change)); // an answer on its way would take back what is chosen now
    },
    [client, set],
  );
  return { value: data?.[name] ?? null, isKnown: !isPending, save };
}
