import { memo, type ReactNode, useLayoutEffect, useRef } from "react";

import type { Column } from "@/kit/table/columns";
import { RowMenu } from "@/kit/table/RowMenu";

/** Something that can be done with a row. */
export interface RowAction {
  label: string;
  onAction: () => void;
  /** It destroys something. */
  danger?: boolean;
}

export interface BodyRowProps<Row> {
  row: Row;
  index: number;
  /** Pixels from the top of the body. */
  top: number;
  columns: readonly Column<Row>[];
  /** The column that has the focus, or would get it; -1 when that is in another row. */
  focused: number;
  /** Marked as the one whose details stand beside the table. */
  selected: boolean;
  /** Pressing it opens something. */
  opens: boolean;
  /** The address of what is opened, for the row's name to be a link. */
  href: string | undefined;
  actions: ((row: Row) => readonly RowAction[]) | undefined;
}

/** The one Tab stop of a table is its focused cell: what can be pressed inside a cell is reached by Enter on it. */
function useNoTabStops(columns: unknown, row: unknown) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    ref.current?.querySelectorAll<HTMLElement>("[role] a[href], [role] button").forEach((each) => (each.tabIndex = -1));
  }, [columns, row]);
  return ref;
}

function Row<R>({ row, index, top, columns, focused, selected, opens, href, actions }: BodyRowProps<R>) {
  const ref = useNoTabStops(columns, row);
  const cell = (place: number, column: { align?: "start" | "end"; required?: boolean }, content: ReactNode) => (
    <div
      key={place}
      role={column.required === true ? "rowheader" : "gridcell"}
      aria-colindex={place + 1}
      className={`data-table__cell data-table__cell--${column.align ?? "start"}`}
      data-cell={`${index}:${place}`}
      tabIndex={focused === place ? 0 : -1}
    >
      {content}
    </div>
  );
  return (
    <div
      ref={ref}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected || undefined}
      className="data-table__row"
      data-opens={opens || undefined}
      style={{ insetBlockStart: `${top}px` }}
    >
      {columns.map((column, place) =>
        cell(
          place,
          column,
          <div className="data-table__text">
            {column.required === true && href !== undefined ? (
              <a className="link link--plain" href={href} data-row-link="" tabIndex={-1}>
                {column.cell(row)}
              </a>
            ) : (
              column.cell(row)
            )}
          </div>,
        ),
      )}
      {actions !== undefined && cell(columns.length, { align: "end" }, <RowMenu actions={actions(row)} />)}
    </div>
  );
}

/** One row of a DataTable; made again only when something of it changed. */
export const BodyRow = memo(Row) as typeof Row;
