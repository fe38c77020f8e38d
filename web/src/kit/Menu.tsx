import "@/kit/Select.css";
import "@/kit/Menu.css";

import type { ReactElement } from "react";
import { Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import { Icon, type IconName } from "@/kit/Icon";
import { Kbd } from "@/kit/Kbd";

export interface MenuAction {
  id: string;
  label: string;
  icon?: IconName;
  keys?: string;
  description?: string;
  tone?: "normal" | "danger";
  isDisabled?: boolean;
  /** Marks the chosen one of several. */
  isSelected?: boolean;
  /** Actions of one section stand together under its name. */
  section?: string;
  /** A page of the console that it leads to, instead of `onAction`. */
  href?: string;
  onAction?: () => void;
}

export interface MenuProps {
  /** What the menu is for. */
  label: string;
  /** The Button or IconButton that opens it. */
  children: ReactElement;
  items: readonly MenuAction[];
  /** Told when it opens and closes: what its items take can be asked for then. */
  onOpenChange?: (isOpen: boolean) => void;
  placement?: "bottom start" | "bottom end" | "top start" | "top end";
}

function Row({ item }: { item: MenuAction }) {
  return (
    <MenuItem
      id={item.id}
      textValue={item.label}
      isDisabled={item.isDisabled === true}
      className={`option menu__item menu__item--${item.tone ?? "normal"}`}
      {...(item.href === undefined ? {} : { href: item.href })}
      {...(item.onAction === undefined ? {} : { onAction: item.onAction })}
    >
      {item.icon !== undefined && <Icon name={item.icon} />}
      <span className="option__words">
        <span>
          {item.label}
          {item.isSelected === true && <span className="visually-hidden"> (chosen)</span>}
        </span>
        {item.description !== undefined && <span className="option__description">{item.description}</span>}
      </span>
      {item.isSelected === true && <Icon name="check" size="sm" />}
      {item.keys !== undefined && <Kbd keys={item.keys} />}
    </MenuItem>
  );
}

/** Actions that open at a button. */
export function Menu({ label, children, items, onOpenChange, placement = "bottom end" }: MenuProps) {
  const sections = [...new Set(items.map((item) => item.section))];
  return (
    <MenuTrigger {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      {children}
      <Popover className="popover menu" placement={placement}>
        <AriaMenu aria-label={label} className="options">
          {sections.map((section) => {
            const rows = items.filter((item) => item.section === section).map((item) => <Row key={item.id} item={item} />);
            return section === undefined ? (
              rows
            ) : (
              <MenuSection key={section} id={`section ${section}`}>
                <Header className="options__section">{section}</Header>
                {rows}
              </MenuSection>
            );
          })}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
