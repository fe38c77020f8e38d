import "@/kit/DataTable.css";
import "@/kit/Link.css";

import { type CSSProperties, type ReactNode, useId, useMemo, useState } from "react";

import { BodyRow, type RowAction } from "@/kit/table/BodyRow";
import { type Column, isShown, type Sort, sorted, template } from "@/kit/table/columns";
import { ColumnsMenu } from "@/kit/table/ColumnsMenu";
import { Head } from "@/kit/table/Head";
import { useColumnChoice } from "@/kit/table/kept";
import { useGridFocus } from "@/kit/table/focus";
import { indexes, useWindow } from "@/kit/table/window";

export type { RowAction } from "@/kit/table/BodyRow";
export type { Column, Sort } from "@/kit/table/columns";

export interface DataTableProps<Row> {
  /** What the table is of, in words. */
  label: string;
  rows: readonly Row[];
  /** Made once, outside the component or with useMemo: new columns make every row anew. */
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Opens a row: on Enter and on a click beside what can be pressed in it. */
  onOpen?: (row: Row) => void;
  /** The address of what `onOpen` opens: the row's name is then a link, which can be opened in another tab too. */
  href?: (row: Row) => string;
  /** What can be done with a row; Shift+F10 or `.` opens it. Stable, as the columns. */
  actions?: (row: Row) => readonly RowAction[];
  /** The key of the row whose details are shown beside the table. */
  selected?: string | undefined;
  /** How rows are sorted at first; with `onSort` at all times. */
  sort?: Sort | null;
  /** Sorts elsewhere, as on the server: rows are then taken as they come. */
  onSort?: (sort: Sort) => void;
  /** How many rows there are when not all are here; `null` when that is not known. */
  total?: number | null;
  /** The end of `rows` comes into view: bring more. */
  onEnd?: () => void;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
  /** Rows are on their way: places are held for them. */
  loading?: boolean;
  /** Under which name widths and hidden columns are remembered. */
  name?: string;
  /** Stands over the table at its start: filters, a count. */
  toolbar?: ReactNode;
}

function next(sort: Sort | null, column: string): Sort {
  return { column, direction: sort?.column === column && sort.direction === "ascending" ? "descending" : "ascending" };
}

/**
 * Rows in columns: sorted by pressing a header, columns resized, hidden and shown, only the rows in view in the
 * document, whatever their number. One Tab stop, then the arrow keys as in every ARIA grid.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rowKey, onOpen, actions, loading = false, name, toolbar } = props;
  const [choice, choose] = useColumnChoice(name);
  const [own, setOwn] = useState<Sort | null>(props.sort ?? null);
  const sort = props.onSort === undefined ? own : (props.sort ?? null);
  const shown = useMemo(() => columns.filter((column) => isShown(column, choice)), [columns, choice]);
  const elsewhere = props.onSort !== undefined;
  const rows = useMemo(
    () => (elsewhere ? props.rows : sorted(props.rows, columns, own)),
    [elsewhere, props.rows, columns, own],
  );
  const hint = useId();
  const { scroller, probe, seen, look } = useWindow();
  const width = shown.length + (actions === undefined ? 0 : 1);
  const focus = useGridFocus({ scroller, rows, rowKey, columns: width, height: seen.height, onOpen });
  const tracks = template(shown, choice, actions === undefined ? 0 : 2.75);
  const style = { "--data-table-columns": tracks.columns, "--data-table-least": tracks.least } as CSSProperties;
  const onScroll = () => {
    look();
    focus.keepPlace();
    const box = scroller.current;
    if (box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 40 * seen.height) props.onEnd?.();
  };
  return (
    <div className="data-table" style={style}>
      <div className="data-table__bar">
        <div className="data-table__tools">{toolbar}</div>
        <ColumnsMenu columns={columns} choice={choice} onChoice={choose} />
      </div>
      <p id={hint} hidden>
        Enter sorts. Shift with the left or right arrow changes the width.
      </p>
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={rowCount(rows.length, props.total)}
        aria-colcount={width}
        aria-busy={loading || undefined}
        className="data-table__scroll"
        onScroll={onScroll}
        onKeyDown={focus.onKeyDown}
        onClick={focus.onClick}
        onFocus={focus.onFocus}
      >
        <div role="rowgroup" className="data-table__header">
          <div role="row" aria-rowindex={1} className="data-table__row data-table__row--head">
            {shown.map((column, place) => (
              <Head
                key={column.id}
                column={column}
                place={place}
                sort={sort}
                sortable={column.sort !== undefined || (elsewhere && column.sortable === true)}
                focused={focus.at.row === -1 && focus.at.column === place}
                hint={hint}
                onSort={() => (props.onSort ?? setOwn)(next(sort, column.id))}
                onWidth={(rem) => choose({ ...choice, widths: { ...choice.widths, [column.id]: rem } })}
                onFocus={() => focus.stand({ row: -1, column: place })}
              />
            ))}
            {actions !== undefined && (
              <div role="columnheader" aria-colindex={width} className="data-table__cell" data-cell={`-1:${shown.length}`} tabIndex={-1}>
                <span className="visually-hidden">Actions</span>
              </div>
            )}
          </div>
        </div>
        <div role="rowgroup" className="data-table__body" style={{ blockSize: `${rows.length * seen.height}px` }}>
          <div ref={probe} className="data-table__probe" />
          {indexes(seen, rows.length, focus.at.row).map((index) => {
            const row = rows[index] as Row; // an index of `rows`
            return (
              <BodyRow
                key={rowKey(row)}
                row={row}
                index={index}
                top={index * seen.height}
                columns={shown}
                focused={focus.at.row === index ? focus.at.column : -1}
                selected={props.selected !== undefined && rowKey(row) === props.selected}
                opens={onOpen !== undefined}
                href={props.href?.(row)}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <Nothing loading={loading}>{props.empty}</Nothing>}
    </div>
  );
}

function rowCount(here: number, total: number | null | undefined): number {
  return total === null ? -1 : (total ?? here) + 1;
}

function Nothing({ loading, children }: { loading: boolean; children: ReactNode }) {
  if (!loading) return <div className="data-table__empty">{children ?? "Nothing here."}</div>;
  return (
    <div className="data-table__places" role="status">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: 6 }, (_, place) => (
        <div key={place} className="data-table__place" />
      ))}
    </div>
  );
}
