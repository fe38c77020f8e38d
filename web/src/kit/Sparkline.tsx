import "@/kit/Sparkline.css";

interface SparklineProps {
  /** What it is of; the values' span is said with it. */
  label: string;
  values: readonly (number | null)[];
  /** How a value is said. */
  say?: (value: number) => string;
  /** Which of the theme's eight series it looks like. */
  series?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
}

/** Half the stroke of a value that no line leads to, of a hundred. */
const STROKE = 2;

/** A small line of how something went, beside its number; from nothing at the bottom to the highest value at the top. */
export function Sparkline({ label, values, say = String, series = 1 }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  const high = Math.max(...known, 0);
  const step = 100 / Math.max(1, values.length - 1);
  const path = values
    .map((value, place) => {
      if (value === null) return "";
      const begins = (values[place - 1] ?? null) === null;
      const x = place * step;
      const y = (19 - (high > 0 ? value / high : 0) * 18).toFixed(2);
      if (begins && (values[place + 1] ?? null) === null) {
        return `M${Math.max(0, Math.min(100 - 2 * STROKE, x - STROKE)).toFixed(2)} ${y}h${2 * STROKE}`;
      }
      return `${begins ? "M" : "L"}${x.toFixed(2)} ${y}`;
    })
    .join("");
  const told = known.length === 0 ? "no values" : `highest ${say(high)}, last ${say(known.at(-1) ?? 0)}`;
  return (
    <svg className="sparkline" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={`${label}: ${told}`}>
      <path d={path} stroke={`var(--series-${series}-color)`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
