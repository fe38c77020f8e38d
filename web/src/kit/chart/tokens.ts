import { useSyncExternalStore } from "react";

/** How one of the eight series of the theme looks. */
export interface SeriesLook {
  color: string;
  /** Lengths of dashes and gaps in pixels; none for a whole line. */
  dash: number[];
  /** The path of its marker, within ±4 pixels. */
  marker: string;
}

/** What a drawing on a canvas takes from the theme. */
export interface ChartLook {
  series: SeriesLook[];
  text: string;
  grid: string;
  cursor: string;
  font: string;
  /** Pixels of one rem. */
  rem: number;
}

const LOOKS = 8;

const CIRCLE = "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z";
const MARKERS: Record<string, string> = {
  square: "M-3.4 -3.4H3.4V3.4H-3.4Z",
  triangle: "M0 -4.2L4 3.2H-4Z",
  diamond: "M0 -4.6L4.6 0L0 4.6L-4.6 0Z",
  cross: "M-4 -2.6L-2.6 -4L0 -1.4L2.6 -4L4 -2.6L1.4 0L4 2.6L2.6 4L0 1.4L-2.6 4L-4 2.6L-1.4 0Z",
  plus: "M-1 -4H1V-1H4V1H1V4H-1V1H-4V-1H-1Z",
  star: "M0 -4.8L1.4 -1.5L4.8 -1.5L2 0.7L3 4.2L0 2.1L-3 4.2L-2 0.7L-4.8 -1.5L-1.4 -1.5Z",
  bar: "M-1.2 -4.4H1.2V4.4H-1.2Z",
};

function seriesLook(styles: CSSStyleDeclaration, color: (value: string) => string, number: number): SeriesLook {
  const dash = styles.getPropertyValue(`--series-${number}-dash`).split(/[\s,]+/).map(Number);
  const marker = styles.getPropertyValue(`--series-${number}-marker`).trim().replaceAll(/["']/g, "");
  return {
    color: color(`var(--series-${number}-color)`),
    dash: dash.length > 1 && dash.every((each) => Number.isFinite(each)) ? dash : [],
    marker: MARKERS[marker] ?? CIRCLE,
  };
}

/** Reads the theme as it holds now; colours as the browser resolved them, system ones under forced colours. */
export function readLook(): ChartLook {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const forced = matchMedia("(forced-colors: active)").matches;
  const styles = getComputedStyle(document.documentElement);
  const mine = getComputedStyle(probe);
  const color = (value: string) => {
    probe.style.color = forced ? "CanvasText" : value;
    return mine.color;
  };
  const rem = Number.parseFloat(styles.fontSize);
  const look = {
    series: Array.from({ length: LOOKS }, (_, place) => seriesLook(styles, color, place + 1)),
    text: color("var(--text-muted)"),
    grid: color("var(--border-hairline)"),
    cursor: color("var(--border-strong)"),
    font: `${Math.round(rem * 0.75)}px ${styles.getPropertyValue("--type-family-mono") || "monospace"}`,
    rem,
  };
  probe.remove();
  return look;
}

const MEDIA = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"];
const readers = new Set<() => void>();
let version = 0;

function changed(): void {
  version += 1;
  for (const each of readers) each();
}

/** A theme's file has come: only then do its colours hold. */
function arrived(event: Event): void {
  if (event.target instanceof HTMLLinkElement) changed();
}

let observer: MutationObserver | undefined;

function subscribe(reader: () => void): () => void {
  if (readers.size === 0) {
    observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true });
    observer.observe(document.head, { childList: true });
    document.head.addEventListener("load", arrived, true);
    for (const query of MEDIA) matchMedia(query).addEventListener("change", changed);
  }
  readers.add(reader);
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    observer?.disconnect();
    document.head.removeEventListener("load", arrived, true);
    for (const query of MEDIA) matchMedia(query).removeEventListener("change", changed);
  };
}

/** A number that is another one after every change of the theme, of contrast, of scale. */
export function useThemeVersion(): number {
  return useSyncExternalStore(subscribe, () => version);
}

/** How the series at a place of a chart looks; the ninth looks like the first. */
export function lookOf(look: ChartLook, place: number): SeriesLook {
  return look.series[place % LOOKS] ?? { color: look.text, dash: [], marker: CIRCLE };
}
