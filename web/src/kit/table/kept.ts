import { useMemo, useState } from "react";

import { bounded, type ColumnChoice, NO_CHOICE } from "@/kit/table/columns";
import { usePreference } from "@/session/preference";

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** A saved choice, which comes from anywhere, with what is none left out. */
function fit(saved: unknown): ColumnChoice {
  const { widths, shown } = Object.fromEntries(entries(saved));
  return {
    widths: Object.fromEntries(entries(widths).flatMap(([id, one]) => (typeof one === "number" && one > 0 ? [[id, bounded(one)]] : []))),
    shown: Object.fromEntries(entries(shown).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean")),
  };
}

/** What a person changed of a table's columns, kept for them under `table.NAME` where the table has a name. */
export function useColumnChoice(table: string | undefined): [ColumnChoice, (next: ColumnChoice) => void] {
  const [own, setOwn] = useState(NO_CHOICE);
  const { value, save } = usePreference(`table.${table ?? ""}`);
  const kept = useMemo(() => (value === null ? NO_CHOICE : fit(value)), [value]);
  return table === undefined ? [own, setOwn] : [kept, save];
}
