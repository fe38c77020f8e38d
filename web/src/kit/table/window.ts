import { useCallback, useEffect, useRef, useState } from "react";

const SPARE = 8;

/** The rows that stand in the document: from `first` up to, without, `last`; and how high one is, in pixels. */
export interface Window {
  first: number;
  last: number;
  height: number;
}

/**
 * The rows that the element `scroller` shows, with some to spare, of rows that are all as high as the element `probe`.
 * `look` reads it again, as after the element was scrolled.
 */
export function useWindow() {
  const scroller = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<Window>({ first: 0, last: 40, height: 32 });
  const look = useCallback(() => {
    const [box, one] = [scroller.current, probe.current];
    if (box === null || one === null) return;
    const height = one.getBoundingClientRect().height || 32;
    const at = Math.floor(box.scrollTop / height);
    const rows = Math.ceil(Math.max(box.clientHeight, height * 4) / height);
    // in steps, so that not every pixel makes the rows anew
    const first = Math.max(0, Math.floor((at - SPARE) / 4) * 4);
    const last = Math.ceil((at + rows + SPARE) / 4) * 4;
    setSeen((before) =>
      before.first === first && before.last === last && before.height === height ? before : { first, last, height },
    );
  }, []);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (scroller.current !== null) observer.observe(scroller.current);
    if (probe.current !== null) observer.observe(probe.current);
    return () => observer.disconnect();
  }, [look]);
  return { scroller, probe, seen, look };
}

/** The indexes of the rows to make: those seen, and the one that has the focus, wherever it is. */
export function indexes(seen: Window, count: number, focused: number): number[] {
  const [first, last] = [Math.min(seen.first, count), Math.min(seen.last, count)];
  const found = Array.from({ length: last - first }, (_, place) => first + place);
  if (focused >= 0 && focused < first) return [focused, ...found];
  if (focused >= last && focused < count) return [...found, focused];
  return found;
}
