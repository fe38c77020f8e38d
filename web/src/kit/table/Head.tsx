import { type KeyboardEvent, type PointerEvent, useRef } from "react";

import { bounded, type Column, type Sort } from "@/kit/table/columns";

const STEP = 1;

interface HeadProps<Row> {
  column: Column<Row>;
  place: number;
  sort: Sort | null;
  sortable: boolean;
  focused: boolean;
  hint: string;
  onSort: () => void;
  onWidth: (rem: number) => void;
  onFocus: () => void;
}

function rem(pixels: number): number {
  return pixels / Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** A column's header: sorts when pressed; its edge, or Shift with the arrow keys, changes the width. */
export function Head<Row>({ column, place, sort, sortable, focused, hint, onSort, onWidth, onFocus }: HeadProps<Row>) {
  const cell = useRef<HTMLDivElement>(null);
  const from = useRef<{ x: number; width: number } | null>(null);
  const width = () => cell.current?.getBoundingClientRect().width ?? 0;
  const onKeyDown = (event: KeyboardEvent) => {
    const way = event.shiftKey && { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (way) onWidth(bounded(rem(width()) + way));
    else if (sortable && (event.key === "Enter" || event.key === " ")) onSort();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const drag = {
    onPointerDown: (event: PointerEvent) => {
      event.preventDefault();
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, width: width() };
    },
    onPointerMove: (event: PointerEvent) => {
      if (from.current !== null) onWidth(bounded(rem(from.current.width + event.clientX - from.current.x)));
    },
    onPointerUp: () => (from.current = null),
    onPointerCancel: () => (from.current = null),
  };
  const direction = sort?.column === column.id ? sort.direction : undefined;
  return (
    <div
      ref={cell}
      role="columnheader"
      aria-colindex={place + 1}
      aria-sort={sortable ? (direction ?? "none") : undefined}
      aria-describedby={hint}
      className={`data-table__cell data-table__head data-table__cell--${column.align ?? "start"}`}
      data-sortable={sortable || undefined}
      data-cell={`-1:${place}`}
      tabIndex={focused ? 0 : -1}
      onKeyDown={onKeyDown}
      onClick={sortable ? onSort : undefined}
      onFocus={onFocus}
    >
      <span className="data-table__text">{column.header}</span>
      {direction !== undefined && (
        <span className="data-table__direction" aria-hidden="true">
          {direction === "ascending" ? "↑" : "↓"}
        </span>
      )}
      <span className="data-table__edge" aria-hidden="true" onClick={(event) => event.stopPropagation()} {...drag} />
    </div>
  );
}
