import "@/kit/numbers.css";

import { number, UNKNOWN } from "@/kit/format";

interface NumProps {
  /** The number; `null` for one that is not known. */
  value: number | null | undefined;
  /** Digits after the point. */
  digits?: number;
  /** What it counts, after it: `tok/s`. */
  unit?: string;
  /** From ten thousand on in thousands, millions, …; the whole number is in the title. */
  compact?: boolean;
}

/** A number in tabular mono. */
export function Num({ value, digits = 0, unit, compact = false }: NumProps) {
  if (value === null || value === undefined) return <Unknown />;
  return (
    <span className="num" title={compact ? number(value) : undefined}>
      {number(value, { digits, compact })}
      {unit === undefined ? null : <span className="num__unit"> {unit}</span>}
    </span>
  );
}

/** What stands for a number that is not known. */
export function Unknown() {
  return (
    <span className="num num--unknown">
      <span aria-hidden="true">{UNKNOWN}</span>
      <span className="visually-hidden">not known</span>
    </span>
  );
}
