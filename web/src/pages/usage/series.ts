import type { ChartSeries } from "@/kit/Chart";
import type { Measure, Told } from "@/pages/usage/useAnalytics";

const MOST = 8;

type Group = Told["groups"][number];

/** The name of a group: a key by its name, what has no name in words. */
export function nameOf({ group, key_name }: Group): string {
  const name = key_name ?? Object.values(group).join(" / ");
  return name === "*" ? "all others" : name === "" ? "none" : name;
}

function numbers(values: readonly unknown[] | undefined): (number | null)[] {
  return (values ?? []).map((value) => (value === null || value === undefined ? null : Number(value)));
}

/** Measures over the whole as series, each under its own name. */
export function whole(told: Told, measures: Partial<Record<Measure, string>>): ChartSeries[] {
  return (Object.entries(measures) as [Measure, string][]).map(([id, label]) => ({ id, label, values: numbers(told.series[id]) }));
}

/** One measure of every group as series: of the largest, since a theme tells eight apart. */
export function byGroup(told: Told, measure: Measure): ChartSeries[] {
  return told.groups.slice(0, MOST).map((each) => ({
    id: Object.values(each.group).join("/"),
    label: nameOf(each),
    values: numbers(each.series[measure]),
  }));
}
