import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import type { RowAction } from "@/kit/table/BodyRow";

/** What can be done with a row, behind one button at its end. */
export function RowMenu({ actions }: { actions: readonly RowAction[] }) {
  if (actions.length === 0) return null;
  return (
    <MenuTrigger>
      <Button className="data-table__more" aria-label="Actions" data-row-menu="">
        <span aria-hidden="true">⋯</span>
      </Button>
      <Popover className="data-table__popover" placement="bottom end">
        <Menu className="data-table__menu" aria-label="Actions">
          {actions.map((action) => (
            <MenuItem
              key={action.label}
              className={`data-table__action${action.danger === true ? " data-table__action--danger" : ""}`}
              onAction={action.onAction}
            >
              {action.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
