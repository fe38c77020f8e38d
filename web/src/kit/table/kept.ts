import { useCallback, useState } from "react";

import { type ColumnChoice, NO_CHOICE } from "@/kit/table/columns";

function read(name: string): ColumnChoice {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name) ?? "null");
    if (typeof found !== "object" || found === null) return NO_CHOICE;
    const { widths, shown } = found as Partial<ColumnChoice>;
    return { widths: { ...widths }, shown: { ...shown } };
  } catch {
    return NO_CHOICE; // no storage, or not what we wrote
  }
}

function write(name: string, choice: ColumnChoice): void {
  try {
    localStorage.setItem(name, JSON.stringify(choice));
  } catch {
    // full or forbidden: the choice lasts as long as the page
  }
}

/** What a person changed of a table's columns, kept in this browser under the table's name where it has one. */
export function useColumnChoice(table: string | undefined): [ColumnChoice, (next: ColumnChoice) => void] {
  const name = table === undefined ? null : `switchgear.table.${table}`;
  const [choice, setChoice] = useState(() => (name === null ? NO_CHOICE : read(name)));
  const choose = useCallback(
    (next: ColumnChoice) => {
      setChoice(next);
      if (name !== null) write(name, next);
    },
    [name],
  );
  return [choice, choose];
}
