import { type KeyboardEvent, type PointerEvent, useState } from "react";

/** What a handle that moves a part takes. */
export interface HandleProps {
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  onPointerCancel: () => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

function partUnder(event: PointerEvent<HTMLElement>): string | null {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  return under?.closest<HTMLElement>("[data-part]")?.dataset.part ?? null;
}

/**
 * Moves parts (elements with `data-part`) by dragging a handle, by touch too, and by the arrow keys on it.
 * `over` is the part whose place would be taken if the pointer were let go now.
 */
export function useReorder(place: (id: string, target: string) => void, step: (id: string, by: number) => void) {
  const [drag, setDrag] = useState<{ id: string; over: string | null } | null>(null);
  const handle = (id: string): HandleProps => ({
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ id, over: null });
    },
    onPointerMove: (event) => {
      if (drag !== null) setDrag({ id, over: partUnder(event) });
    },
    onPointerUp: () => {
      if (drag?.over !== undefined && drag.over !== null && drag.over !== id) place(id, drag.over);
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
    onKeyDown: (event) => {
      const by = STEPS[event.key];
      if (by === undefined) return;
      event.preventDefault();
      step(id, by);
    },
  });
  return { handle, dragged: drag?.id ?? null, over: drag?.over ?? null };
}
