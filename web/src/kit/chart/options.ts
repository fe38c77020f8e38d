import uPlot from "uplot";

import { type ChartData, type Said, stepOf } from "@/kit/chart/data";
import { type ChartLook, lookOf, type SeriesLook } from "@/kit/chart/tokens";
import { period } from "@/kit/format";

/** How the values are drawn. */
export type ChartKind = "line" | "area" | "bars";

/** What the plot tells of what a person does with it. */
export interface PlotEvents {
  onCursor: (place: number | null) => void;
  onOpen?: ((place: number) => void) | undefined;
  onRange?: ((from: number, until: number) => void) | undefined;
}

const MARKED_EVERY = 72;

/** Whether a value has none on either side: no line leads to it. */
function alone(values: ArrayLike<number | null | undefined>, place: number): boolean {
  return values[place - 1] == null && values[place + 1] == null;
}

/** Draws a series' marker about every 72 pixels, so that lines are told apart without their colours, and at what stands alone. */
function markers(look: readonly SeriesLook[]) {
  return (plot: uPlot, number: number) => {
    const mine = look[number - 1];
    const values = plot.data[number];
    const at = plot.data[0];
    if (mine === undefined || values === undefined || plot.series[number]?.show === false) return;
    const shape = new Path2D(mine.marker);
    const { ctx } = plot;
    ctx.save();
    ctx.fillStyle = mine.color;
    let last = -Infinity;
    values.forEach((value, place) => {
      const x = plot.valToPos(at[place] ?? 0, "x", true);
      if (value == null || (x - last < MARKED_EVERY * uPlot.pxRatio && !alone(values, place))) return;
      last = x;
      ctx.setTransform(uPlot.pxRatio, 0, 0, uPlot.pxRatio, x, plot.valToPos(value, "y", true));
      ctx.fill(shape);
    });
    ctx.restore();
  };
}

function series(data: ChartData, kind: ChartKind, look: ChartLook, hidden: ReadonlySet<string>): uPlot.Series[] {
  const bars = uPlot.paths.bars?.({ size: [0.7, 48] });
  return data.series.map(({ id, label }, place) => {
    const mine = lookOf(look, place);
    return {
      label,
      show: !hidden.has(id),
      stroke: mine.color,
      width: kind === "bars" ? 1 : 1.5,
      dash: kind === "bars" ? [] : mine.dash,
      points: { show: false },
      spanGaps: false,
      ...(kind === "bars" && bars !== undefined ? { fill: mine.color, paths: bars } : {}),
      ...(kind === "area" ? { fill: faint(mine.color) } : {}),
    };
  });
}

function faint(color: string): string {
  return `color-mix(in srgb, ${color} 14%, transparent)`;
}

/** Steps of an axis for what is counted: no half of a call. */
const WHOLE_STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

function isWhole({ series }: ChartData): boolean {
  return series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
}

function axes(data: ChartData, look: ChartLook, say: Said): uPlot.Axis[] {
  const common = { stroke: look.text, font: look.font, ticks: { show: false } };
  const line = { stroke: look.grid, width: 1 };
  return [
    {
      ...common,
      size: look.rem * 1.75,
      space: look.rem * 6,
      grid: { show: false },
      values: (_plot, splits, _axis, _space, step) => splits.map((split) => period(split * 1000, step * 1000)),
    },
    {
      ...common,
      size: look.rem * 4.5,
      space: look.rem * 2.25,
      grid: line,
      values: (_plot, splits) => splits.map((split) => say(split)),
      ...(isWhole(data) ? { incrs: WHOLE_STEPS } : {}),
    },
  ];
}

/** The span of the time axis: bars have room at both ends, and a single moment stands in the middle of its period. */
function within(kind: ChartKind): uPlot.Scale.Range {
  return (plot, low, high) => {
    const at = plot.data[0];
    const room = kind === "bars" || at.length < 2 ? stepOf([...at].slice(0, 2).map((each) => each * 1000)) / 2000 : 0;
    return [low - room, high + room];
  };
}

/** The options of a plot of the data: everything but its size is of the theme and the kind. */
export function optionsOf(
  data: ChartData,
  { kind, look, say, hidden }: { kind: ChartKind; look: ChartLook; say: Said; hidden: ReadonlySet<string> },
  { onCursor, onOpen, onRange }: PlotEvents,
): Omit<uPlot.Options, "width" | "height"> {
  const looks = data.series.map((_, place) => lookOf(look, place));
  return {
    legend: { show: false },
    padding: [look.rem / 2, look.rem, 0, 0],
    cursor: { y: false, points: { size: 8 }, drag: { x: onRange !== undefined, y: false, setScale: false } },
    scales: { x: { time: true, range: within(kind) }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    axes: axes(data, look, say),
    series: [{}, ...series(data, kind, look, hidden)],
    hooks: {
      drawSeries: kind === "bars" ? [] : [markers(looks)],
      setCursor: [
        (plot) => {
          // moved by the pointer: what keys do is known already, and being made is no move
          if (plot.cursor.event != null) onCursor(plot.cursor.idx ?? null);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          onRange?.(plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [
        (plot) =>
          plot.over.addEventListener("click", () => {
            if (plot.select.width < 4 && plot.cursor.idx != null) onOpen?.(plot.cursor.idx);
          }),
      ],
    },
  };
}
