import "@/kit/chart/Plot.css";

import { useEffect, useEffectEvent, useRef } from "react";
import uPlot from "uplot";

import type { ChartData, Said } from "@/kit/chart/data";
import { type ChartKind, optionsOf, type PlotEvents } from "@/kit/chart/options";
import { readLook, useThemeVersion } from "@/kit/chart/tokens";

interface PlotProps extends PlotEvents {
  data: ChartData;
  kind: ChartKind;
  say: Said;
  hidden: ReadonlySet<string>;
  /** Where the cursor stands by keyboard. */
  place: number | null;
}

function aligned({ at, series }: ChartData): uPlot.AlignedData {
  return [at.map((each) => each / 1000), ...series.map(({ values }) => [...values])];
}

/** The drawing of a chart, by uPlot on a canvas. What it shows is told beside it: it is hidden from screen readers. */
export default function Plot({ data, kind, say, hidden, place, onCursor, onOpen, onRange }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useThemeVersion();
  const moved = useEffectEvent(onCursor);
  const opened = useEffectEvent((at: number) => onOpen?.(at));
  const ranged = useEffectEvent((from: number, until: number) => onRange?.(from, until));
  const optioned = useEffectEvent((events: PlotEvents) =>
    optionsOf(data, { kind, look: readLook(), say, hidden }, { ...events, onRange: onRange && events.onRange }),
  );
  const latest = useEffectEvent(() => aligned(data));
  const shape = `${kind} ${theme} ${data.series.map(({ id }) => `${id}${hidden.has(id)}`).join(" ")}`;
  useEffect(() => {
    const into = box.current;
    if (into === null) return;
    const events = {
      onCursor: (at: number | null) => moved(at),
      onOpen: (at: number) => opened(at),
      onRange: (from: number, until: number) => ranged(from, until),
    };
    const size = { width: into.clientWidth, height: into.clientHeight };
    const mine = new uPlot({ ...optioned(events), ...size }, latest(), into);
    plot.current = mine;
    const observer = new ResizeObserver(() => mine.setSize({ width: into.clientWidth, height: into.clientHeight }));
    observer.observe(into);
    return () => {
      observer.disconnect();
      mine.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => {
    plot.current?.setData(aligned(data));
  }, [data]);
  useEffect(() => {
    const mine = plot.current;
    if (mine === null || place === null) return;
    mine.setCursor({ left: mine.valToPos((data.at[place] ?? 0) / 1000, "x"), top: 0 });
  }, [place, data]);
  return <div ref={box} className="chart__canvas" aria-hidden="true" />;
}
