import "@/kit/Chart.css";

import { type KeyboardEvent, lazy, Suspense, useId, useState } from "react";

import { Button } from "@/kit/Button";
import { type ChartData, plainly, type Said, saidAt, summaryOf } from "@/kit/chart/data";
import { Legend } from "@/kit/chart/Legend";
import type { ChartKind } from "@/kit/chart/options";

export type { ChartData, ChartSeries } from "@/kit/chart/data";
export type { ChartKind } from "@/kit/chart/options";

const Plot = lazy(() => import("@/kit/chart/Plot"));
const ChartTable = lazy(() => import("@/kit/chart/ChartTable"));

export interface ChartProps extends ChartData {
  title: string;
  kind?: ChartKind;
  /** How a value is said, on the axis and to a screen reader: `money`, `duration`, … Stable. */
  say?: Said;
  /** The height of the drawing in rem; 12 when left out. */
  height?: number;
  /** One sentence on what is to be seen; made from the values when left out. */
  summary?: string;
  /** The data changes by itself: it can be paused. */
  live?: boolean;
  /** Opens what is behind a period, by its place in `at`: a click, or Enter on the cursor. */
  onOpen?: (place: number) => void;
  /** A person marked a span (milliseconds since 1970) with the pointer; offer a TimeRange beside the chart too. */
  onRange?: (from: number, until: number) => void;
}

function target(key: string, place: number, last: number): number | null {
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, place - 1);
    case "ArrowRight":
      return Math.min(last, place + 1);
    case "PageUp":
      return Math.max(0, place - 10);
    case "PageDown":
      return Math.min(last, place + 10);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/**
 * Values over time as lines, areas or bars; and the same as a sentence, as a table, and one by one under a cursor that
 * the arrow keys move.
 */
export function Chart({ title, kind = "line", say = plainly, height = 12, live = false, onOpen, onRange, ...rest }: ChartProps) {
  const id = useId();
  const [held, setHeld] = useState(false);
  const [table, setTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { at, series } = rest;
  const [data, setData] = useState<ChartData>({ at, series });
  if (!held && (data.at !== at || data.series !== series)) setData({ at, series });
  const visible = { at: data.at, series: data.series.filter((each) => !hidden.has(each.id)) };
  const toggle = (one: string) =>
    setHidden((before) => new Set(before.has(one) ? [...before].filter((each) => each !== one) : [...before, one]));
  return (
    <figure className="chart" aria-labelledby={`${id}-title`} aria-describedby={`${id}-summary`}>
      <div className="chart__head">
        <figcaption id={`${id}-title`} className="chart__title">
          {title}
        </figcaption>
        <Legend series={data.series} hidden={hidden} onToggle={toggle} />
        <div className="chart__tools">
          {live && (
            <Button size="sm" tone="quiet" icon={held ? "play" : "pause"} onPress={() => setHeld(!held)}>
              {held ? "Go on" : "Pause"}
            </Button>
          )}
          <Button size="sm" tone="quiet" onPress={() => setTable(!table)}>
            {table ? "As a chart" : "As a table"}
          </Button>
        </div>
      </div>
      <p id={`${id}-summary`} className="chart__summary">
        {rest.summary ?? summaryOf(visible, say)}
      </p>
      {table ? (
        <Suspense fallback={<div style={{ blockSize: `${height}rem` }} />}>
          <ChartTable title={title} data={visible} say={say} />
        </Suspense>
      ) : (
        <Canvas {...{ title, kind, say, height, data, visible, hidden, onOpen, onRange }} />
      )}
    </figure>
  );
}

interface CanvasProps extends Required<Pick<ChartProps, "title" | "kind" | "say" | "height">> {
  data: ChartData;
  visible: ChartData;
  hidden: ReadonlySet<string>;
  onOpen: ChartProps["onOpen"];
  onRange: ChartProps["onRange"];
}

/** The drawing, with its cursor and what stands under it in words. */
function Canvas({ title, kind, say, height, data, visible, hidden, onOpen, onRange }: CanvasProps) {
  const [place, setPlace] = useState<number | null>(null);
  const [keyed, setKeyed] = useState<number | null>(null);
  const last = data.at.length - 1;
  const now = Math.min(place ?? last, last);
  const told = last < 0 ? "nothing to show" : saidAt(visible, now, say);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event.key, now, last);
    if (to !== null) {
      setPlace(to);
      setKeyed(to);
    } else if (event.key === "Enter" && onOpen !== undefined) onOpen(now);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div
        className="chart__plot"
        style={{ blockSize: `${height}rem` }}
        role="slider"
        tabIndex={0}
        aria-label={`${title}: move through time`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, now)}
        aria-valuetext={told}
        onKeyDown={onKeyDown}
      >
        <Suspense fallback={null}>
          <Plot {...{ data, kind, say, hidden, onOpen, onRange }} place={keyed} onCursor={setPlace} />
        </Suspense>
      </div>
      <p className="chart__readout num" aria-hidden="true">
        {told}
      </p>
    </>
  );
}
