import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/client";
import { lines } from "@/api/lines";
import type { components } from "@/api/schema";
import type { Plugin } from "@/pages/plugins/plugin";

type Schemas = components["schemas"];
type Line = Schemas["InstallProgress"] | Schemas["InstallEnd"];

/** What a person says to a proposal. */
export type Wishes = Partial<Schemas["InstallBody"]>;

/** An installation, as far as it is. */
export interface Installation {
  state: "idle" | "running" | "done" | "failed";
  told: readonly Schemas["InstallProgress"][];
  plugin: Plugin | null;
  error: unknown;
  start: (wishes: Wishes) => Promise<void>;
  /** Back to what is asked for. */
  forget: () => void;
}

interface Held {
  state: Installation["state"];
  told: readonly Schemas["InstallProgress"][];
  plugin: Plugin | null;
  error: unknown;
}

const IDLE: Held = { state: "idle", told: [], plugin: null, error: null };
const KEPT = 500;

function ended(held: Held, end: Schemas["InstallEnd"]): Held {
  if (end.ok) return { ...held, state: "done", plugin: end.plugin ?? null };
  const { message, hint } = end.error ?? { message: "It was not installed.", hint: "" };
  return { ...held, state: "failed", error: new Error(`${message} ${hint}`.trim()) };
}

/** Installs a proposal and tells how it goes. Leaving the page does not stop it: the gateway goes on. */
export function useInstallation(proposal: string): Installation {
  const [held, setHeld] = useState<Held>(IDLE);
  const leaving = useRef(new AbortController());
  const queries = useQueryClient();
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  const start = async (wishes: Wishes): Promise<void> => {
    setHeld({ ...IDLE, state: "running" });
    let ends = false;
    try {
      const path = `/api/plugins/proposals/${encodeURIComponent(proposal)}/install`;
      for await (const line of lines<Line>(path, { body: wishes, signal: leaving.current.signal })) {
        if ("ok" in line) {
          ends = true;
          setHeld((before) => ended(before, line));
        } else {
          setHeld((before) => ({ ...before, told: [...before.told, line].slice(-KEPT) }));
        }
      }
      if (!ends && !leaving.current.signal.aborted) throw new ApiError(0, null, "The gateway went away before it was done. Look at the list of plugins.");
    } catch (error) {
      setHeld((before) => ({ ...before, state: "failed", error }));
    }
    await queries.invalidateQueries({ queryKey: ["plugins"] });
  };
  return { ...held, start, forget: () => setHeld(IDLE) };
}
