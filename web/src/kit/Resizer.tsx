import { type KeyboardEvent, type PointerEvent, useRef } from "react";

export interface ResizerProps {
  label: string;
  /** The share of the line before it, 0–1, told in per cent. */
  value: number;
  step: number;
  /** The line's length in pixels, asked for while it is dragged. */
  length: () => number;
  /** Moved by so much of the line, to the end when positive. */
  onMove: (by: number) => void;
}

/** The border between two parts: dragged, or moved by the arrow keys; Home and End go as far as it can. */
export function Resizer({ label, value, step, length, onMove }: ResizerProps) {
  const last = useRef<number | null>(null);
  const toEnd = (element: HTMLElement): number => (getComputedStyle(element).direction === "rtl" ? -1 : 1);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus();
    last.current = event.clientX;
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (last.current === null) return;
    const by = ((event.clientX - last.current) / length()) * toEnd(event.currentTarget);
    last.current = event.clientX;
    if (by !== 0) onMove(by);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const steps: Record<string, number> = { ArrowLeft: -step, ArrowRight: step, Home: -1, End: 1 };
    const by = steps[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove(event.key.startsWith("Arrow") ? by * toEnd(event.currentTarget) : by);
  };
  const onEnd = (): void => {
    last.current = null;
  };

  return (
    <div
      className="resizer"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(value * 100)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
      onKeyDown={onKeyDown}
    />
  );
}
