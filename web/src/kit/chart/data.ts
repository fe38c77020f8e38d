import { number, period } from "@/kit/format";

/** What a chart shows of one thing. */
export interface ChartSeries {
  id: string;
  label: string;
  /** A value a moment; `null` where there is none. */
  values: readonly (number | null)[];
}

/** What a chart shows: a value of every series for every moment. */
export interface ChartData {
  /** Beginnings of the periods, in milliseconds since 1970, ascending. */
  at: readonly number[];
  series: readonly ChartSeries[];
}

/** Says a value in words and its unit. */
export type Said = (value: number) => string;

/** The usual way to say a value. */
export const plainly: Said = (value) => number(value, { digits: Number.isInteger(value) ? 0 : 2, compact: true });

/** The length of a chart's periods, in milliseconds. */
export function stepOf(at: readonly number[]): number {
  return at.length > 1 ? (at[1] ?? 0) - (at[0] ?? 0) : 60_000;
}

/** What is at one moment, in words. */
export function saidAt({ at, series }: ChartData, place: number, say: Said): string {
  const moment = at[place];
  if (moment === undefined) return "";
  const values = series.map(({ label, values }) => {
    const value = values[place];
    return `${label} ${value == null ? "none" : say(value)}`;
  });
  return `${period(moment, stepOf(at))}: ${values.join(", ")}`;
}

function span({ label, values }: ChartSeries, at: readonly number[], say: Said): string {
  const known = values.flatMap((value, place) => (value === null ? [] : [{ value, place }]));
  const [first] = known;
  if (first === undefined) return `${label} has no values`;
  const top = known.reduce((best, each) => (each.value > best.value ? each : best), first);
  if (known.length === 1) return `${label} ${say(first.value)}, once (${period(at[first.place] ?? 0, stepOf(at))})`;
  const low = known.reduce((least, { value }) => Math.min(least, value), first.value);
  if (low === top.value) return `${label} ${say(low)} throughout`;
  const last = known.at(-1)?.value ?? low;
  return `${label} between ${say(low)} and ${say(top.value)} (${period(at[top.place] ?? 0, stepOf(at))}), last ${say(last)}`;
}

/** One sentence that tells what a person sees in the chart. */
export function summaryOf({ at, series }: ChartData, say: Said): string {
  if (at.length === 0 || series.length === 0) return "Nothing to show.";
  if (at.length === 1) return `${saidAt({ at, series }, 0, say)}.`;
  const told = series.slice(0, 3).map((each) => span(each, at, say));
  const more = series.length > 3 ? `; and ${series.length - 3} more` : "";
  return `From ${period(at[0] ?? 0, stepOf(at))} to ${period(at.at(-1) ?? 0, stepOf(at))}: ${told.join("; ")}${more}.`;
}
