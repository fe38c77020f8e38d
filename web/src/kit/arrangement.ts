import { useCallback, useMemo } from "react";

import { usePreference } from "@/session/preference";

/** A part of a layout that a person can place. */
export interface Arrangeable {
  id: string;
  title: string;
  /** Its size in the beginning: a share of the line in SplitPanels, columns of four in a Layout. */
  size?: number;
}

/** How a person has placed the parts. */
export interface Arrangement {
  order: readonly string[];
  sizes: Readonly<Record<string, number>>;
  collapsed: readonly string[];
  hidden: readonly string[];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/**
 * A saved arrangement made to fit the parts there are: it may be from another version, a file, or not an arrangement
 * at all. Parts it does not know stand at the end, in their own order and size.
 */
export function fit(saved: unknown, parts: readonly Arrangeable[]): Arrangement {
  const { order, sizes, collapsed, hidden } = fields(saved);
  const ids = parts.map((part) => part.id);
  const kept = [...new Set(strings(order))].filter((id) => ids.includes(id));
  const given = fields(sizes);
  const size = (part: Arrangeable): number => {
    const own = given[part.id];
    return typeof own === "number" && Number.isFinite(own) && own > 0 ? own : (part.size ?? 1);
  };
  return {
    order: [...kept, ...ids.filter((id) => !kept.includes(id))],
    sizes: Object.fromEntries(parts.map((part) => [part.id, size(part)])),
    collapsed: strings(collapsed).filter((id) => ids.includes(id)),
    hidden: strings(hidden).filter((id) => ids.includes(id)),
  };
}

/** With one part moved by so many places among those in sight. */
export function moved(arrangement: Arrangement, id: string, by: number): Arrangement {
  const seen = arrangement.order.filter((other) => !arrangement.hidden.includes(other));
  const from = seen.indexOf(id);
  const to = Math.max(0, Math.min(seen.length - 1, from + by));
  const target = seen[to];
  return target === undefined || to === from ? arrangement : placed(arrangement, id, target);
}

/** With one part put where another stands. */
export function placed(arrangement: Arrangement, id: string, target: string): Arrangement {
  if (id === target) return arrangement;
  const after = arrangement.order.indexOf(id) < arrangement.order.indexOf(target);
  const others = arrangement.order.filter((other) => other !== id);
  others.splice(others.indexOf(target) + (after ? 1 : 0), 0, id);
  return { ...arrangement, order: others };
}

/** With one part folded away or opened again (`collapsed`), or taken out of sight (`hidden`). */
export function toggled(arrangement: Arrangement, id: string, what: "collapsed" | "hidden"): Arrangement {
  const now = arrangement[what];
  return { ...arrangement, [what]: now.includes(id) ? now.filter((other) => other !== id) : [...now, id] };
}

/** With sizes changed. */
export function sized(arrangement: Arrangement, sizes: Readonly<Record<string, number>>): Arrangement {
  return { ...arrangement, sizes: { ...arrangement.sizes, ...sizes } };
}

/** An arrangement that is kept for the user. */
export interface KeptArrangement {
  name: string;
  parts: readonly Arrangeable[];
  arrangement: Arrangement;
  /** False until the saved one has come: draw nothing that would jump. */
  isKnown: boolean;
  change: (next: Arrangement) => void;
  reset: () => void;
}

/** The user's arrangement of some parts, kept under `layout.NAME`. */
export function useArrangement(name: string, parts: readonly Arrangeable[]): KeptArrangement {
  const { value, isKnown, save } = usePreference(`layout.${name}`);
  const arrangement = useMemo(() => fit(value, parts), [value, parts]);
  const reset = useCallback(() => save(null), [save]);
  return { name, parts, arrangement, isKnown, change: save, reset };
}
