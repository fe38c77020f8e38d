import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";

import { type Cell, moved } from "@/kit/table/cursor";

interface Asked<Row> {
  scroller: RefObject<HTMLElement | null>;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** How many columns there are. */
  columns: number;
  /** How high a row is, in pixels. */
  height: number;
  onOpen: ((row: Row) => void) | undefined;
}

interface Standing extends Cell {
  key: string | null;
}

const PRESSABLE = "a[href], button, input, select";

function cellOf(target: EventTarget): { element: HTMLElement; cell: Cell } | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-cell]") : null;
  const [row, column] = (element?.dataset.cell ?? "").split(":").map(Number);
  return element === null || row === undefined || column === undefined ? null : { element, cell: { row, column } };
}

/**
 * The cell of a grid that has the focus, or gets it when a person comes by Tab: it stays with its row when rows come
 * and go, and its row is brought into view when keys move it. Rows seen stay where they are when others come before them.
 */
export function useGridFocus<Row>({ scroller, rows, rowKey, columns, height, onOpen }: Asked<Row>) {
  const [stood, setStood] = useState<Standing>({ row: -1, column: 0, key: null });
  const at = useMemo((): Cell => {
    const column = Math.min(stood.column, columns - 1);
    const there = rows[stood.row];
    if (stood.key === null || (there !== undefined && rowKey(there) === stood.key)) return { row: stood.row, column };
    const found = rows.findIndex((row) => rowKey(row) === stood.key);
    return { row: found >= 0 ? found : Math.min(stood.row, rows.length - 1), column };
  }, [stood, rows, rowKey, columns]);
  const wanted = useRef<Cell | null>(null);
  const top = useRef<{ key: string; index: number } | null>(null);

  const stand = (cell: Cell) => {
    const row = rows[cell.row];
    setStood({ ...cell, key: row === undefined ? null : rowKey(row) });
  };
  const keepPlace = () => {
    const box = scroller.current;
    const index = Math.floor((box?.scrollTop ?? 0) / height);
    const row = rows[index];
    top.current = box === null || box.scrollTop < height || row === undefined ? null : { key: rowKey(row), index };
  };
  useLayoutEffect(() => {
    const [box, seen] = [scroller.current, top.current];
    const there = seen === null ? undefined : rows[seen.index];
    if (box === null || seen === null || there === undefined || rowKey(there) === seen.key) return;
    const index = rows.findIndex((row) => rowKey(row) === seen.key);
    if (index > seen.index) box.scrollBy({ top: (index - seen.index) * height, behavior: "instant" });
  }, [scroller, rows, rowKey, height]);
  useLayoutEffect(() => {
    const cell = wanted.current;
    const element = cell && scroller.current?.querySelector<HTMLElement>(`[data-cell="${cell.row}:${cell.column}"]`);
    if (element == null) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const move = (cell: Cell) => {
    if (scroller.current !== null && cell.row >= 0) bring(scroller.current, cell.row * height, height);
    wanted.current = cell;
    stand(cell);
  };
  const press = (element: HTMLElement, cell: Cell) => {
    const inside = element.querySelector<HTMLElement>(PRESSABLE);
    const row = rows[cell.row];
    if (inside !== null) inside.click();
    else if (row !== undefined) onOpen?.(row);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const here = cellOf(event.target);
    if (here === null || event.altKey || event.target !== here.element) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 2);
    const to = event.shiftKey ? null : moved(here.cell, event, { rows: rows.length, columns, page });
    if (to !== null) move(to);
    else if (event.key === "Enter") press(here.element, here.cell);
    else if (event.key === "." || event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) openMenu(here.element);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const here = cellOf(event.target);
    const row = here === null ? undefined : rows[here.cell.row];
    if (here === null || row === undefined) return;
    const pressed = (event.target as Element).closest(PRESSABLE);
    if (pressed !== null) {
      // the row's own link, unless it is to be opened elsewhere
      if (onOpen === undefined || !pressed.matches("[data-row-link]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onOpen(row);
    } else if (getSelection()?.isCollapsed !== false) onOpen?.(row);
  };
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const here = cellOf(event.target);
    if (here !== null && (here.cell.row !== at.row || here.cell.column !== at.column)) stand(here.cell);
  };
  return { at, stand, keepPlace, onKeyDown, onClick, onFocus };
}

function openMenu(cell: HTMLElement): void {
  cell.closest("[role=row]")?.querySelector<HTMLElement>("[data-row-menu]")?.click();
}

/** Scrolls so far that what stands `top` pixels below the header is seen whole. */
function bring(box: HTMLElement, top: number, height: number): void {
  const room = box.clientHeight - (box.firstElementChild?.getBoundingClientRect().height ?? 0);
  const to = top < box.scrollTop ? top : Math.max(box.scrollTop, top + height - room);
  if (to !== box.scrollTop) box.scrollTo({ top: to, behavior: "instant" });
}
