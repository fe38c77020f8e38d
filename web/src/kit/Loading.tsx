import "@/kit/Loading.css";

export interface LoadingProps {
  /** What is awaited, for assistive technology: “Loading keys”. */
  label?: string;
  /** How many lines it holds the place of: as many as will come, so that nothing jumps. */
  lines?: number;
  /** The height that it holds instead, as CSS: `12rem`. */
  height?: string;
}

const WIDTHS = [92, 74, 85, 61, 79];

/** Holds the place of what is on its way. It shows after a moment only, so that quick answers do not flicker. */
export function Loading({ label = "Loading", lines = 3, height }: LoadingProps) {
  return (
    <div className="loading" role="status" style={height === undefined ? {} : { minBlockSize: height }}>
      <span className="visually-hidden">{label}…</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="loading__line" aria-hidden="true" style={{ inlineSize: `${WIDTHS[line % WIDTHS.length] ?? 80}%` }} />
      ))}
    </div>
  );
}

/** The place of one word or number that is on its way. */
export function Skeleton({ width = "6ch" }: { width?: string }) {
  return <span className="loading__word" aria-hidden="true" style={{ inlineSize: width }} />;
}
