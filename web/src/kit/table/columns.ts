import type { ReactNode } from "react";

/** A column of a DataTable. */
export interface Column<Row> {
  id: string;
  /** Its name, in words. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** What rows are sorted by; without it the column cannot be sorted by, unless the table's `onSort` sorts elsewhere. */
  sort?: (row: Row) => string | number | null;
  /** Whether the table's `onSort` can sort by it. */
  sortable?: boolean;
  /** Numbers stand at the end, so that their digits do too. */
  align?: "start" | "end";
  /** The width it begins with, in rem; 8 when left out. */
  width?: number;
  /** How much of the room that is left it takes; 1 when left out, 0 for none. */
  grow?: number;
  /** Hidden until somebody asks for it. */
  hidden?: boolean;
  /** Never hidden: the row's name. Its cells are the headers of their rows. */
  required?: boolean;
}

/** By which column rows are sorted, and how. */
export interface Sort {
  column: string;
  direction: "ascending" | "descending";
}

/** What a person changed of a table's columns: widths in rem and hidden ones by their ids. */
export interface ColumnChoice {
  widths: Record<string, number>;
  shown: Record<string, boolean>;
}

/** As the columns say. */
export const NO_CHOICE: ColumnChoice = { widths: {}, shown: {} };

const NARROWEST = 3;
const WIDEST = 60;

/** Whether a column is shown. */
export function isShown<Row>(column: Column<Row>, choice: ColumnChoice): boolean {
  return column.required === true || (choice.shown[column.id] ?? column.hidden !== true);
}

/** A column's width in rem that is neither too narrow to be found again nor too wide. */
export function bounded(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)) * 100) / 100;
}

/** The widths of the columns for CSS: what `grid-template-columns` takes, and the least they take together; with room at the end. */
export function template<Row>(columns: readonly Column<Row>[], choice: ColumnChoice, room: number): { columns: string; least: string } {
  const tracks = columns.map((column) => {
    const chosen = choice.widths[column.id];
    const least = chosen ?? column.width ?? 8;
    return { least, track: chosen !== undefined || column.grow === 0 ? `${least}rem` : `minmax(${least}rem, ${column.grow ?? 1}fr)` };
  });
  return {
    columns: [...tracks.map(({ track }) => track), ...(room > 0 ? [`${room}rem`] : [])].join(" "),
    least: `${tracks.reduce((sum, { least }) => sum + least, room)}rem`,
  };
}

function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other ? -1 : 1;
}

/** The rows in the order asked for; what is not known stands last either way. The array is not changed. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] {
  const by = sort === null ? undefined : columns.find(({ id }) => id === sort.column)?.sort;
  if (by === undefined) return rows;
  const sign = sort?.direction === "descending" ? -1 : 1;
  const keyed = rows.map((row, place) => ({ row, place, key: by(row) }));
  keyed.sort((one, other) => {
    const order = compare(one.key, other.key);
    return (one.key === null || other.key === null ? order : order * sign) || one.place - other.place;
  });
  return keyed.map(({ row }) => row);
}
