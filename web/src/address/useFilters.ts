import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

/** What a view is narrowed to, by name; what is not narrowed is not there. */
export type Filters<Name extends string> = Partial<Record<Name, string>>;

/** A change of some filters: `undefined` or an empty string takes one away. */
export type FilterChange<Name extends string> = Partial<Record<Name, string | undefined>>;

/** Filters that live in the address, so that a view can be shared and gone back to. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [Filters<Name>, (change: FilterChange<Name>) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const told = JSON.stringify(names.map((name) => search[name] ?? null));
  const filters = useMemo(() => {
    const found: Filters<Name> = {};
    (JSON.parse(told) as unknown[]).forEach((value, place) => {
      const name = names[place];
      if (name !== undefined && (typeof value === "string" || typeof value === "number")) found[name] = String(value);
    });
    return found;
  }, [told, names]);
  const change = useCallback(
    (next: FilterChange<Name>) => {
      const kept = (before: Record<string, unknown>) =>
        Object.fromEntries(Object.entries({ ...before, ...next }).filter(([, value]) => value !== undefined && value !== ""));
      void navigate({ to: ".", search: kept as never, replace: true });
    },
    [navigate],
  );
  return [filters, change];
}
