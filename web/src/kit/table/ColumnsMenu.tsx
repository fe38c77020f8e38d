import { Button } from "react-aria-components/Button";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";

import { bounded, type Column, type ColumnChoice, isShown, NO_CHOICE } from "@/kit/table/columns";

interface ColumnsMenuProps<Row> {
  columns: readonly Column<Row>[];
  choice: ColumnChoice;
  onChoice: (next: ColumnChoice) => void;
}

/** Which columns are shown and how wide they are, without dragging. */
export function ColumnsMenu<Row>({ columns, choice, onChoice }: ColumnsMenuProps<Row>) {
  const show = (id: string, shown: boolean) => onChoice({ ...choice, shown: { ...choice.shown, [id]: shown } });
  const widen = (column: Column<Row>, by: number) => {
    const width = bounded((choice.widths[column.id] ?? column.width ?? 8) + by);
    onChoice({ ...choice, widths: { ...choice.widths, [column.id]: width } });
  };
  return (
    <DialogTrigger>
      <Button className="data-table__button">Columns</Button>
      <Popover className="data-table__popover" placement="bottom end">
        <Dialog aria-label="Columns" className="data-table__columns">
          <ul role="list">
            {columns.map((column) => (
              <li key={column.id}>
                <label>
                  <input
                    type="checkbox"
                    checked={isShown(column, choice)}
                    disabled={column.required === true}
                    onChange={(event) => show(column.id, event.target.checked)}
                  />
                  {column.header}
                </label>
                <Button className="data-table__button" aria-label={`${column.header}: narrower`} onPress={() => widen(column, -2)}>
                  −
                </Button>
                <Button className="data-table__button" aria-label={`${column.header}: wider`} onPress={() => widen(column, 2)}>
                  +
                </Button>
              </li>
            ))}
          </ul>
          <Button className="data-table__button" onPress={() => onChoice(NO_CHOICE)}>
            As at first
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
