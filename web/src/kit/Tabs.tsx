import "@/kit/Tabs.css";

import { type ReactNode, useEffect, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components/Tabs";

export interface TabItem {
  id: string;
  label: string;
  /** A number behind the label. */
  count?: number;
  isDisabled?: boolean;
  content: ReactNode;
}

export interface TabsProps {
  /** What the tabs divide. */
  label: string;
  items: readonly TabItem[];
  /** The open one, when the page keeps it (in its address). */
  selected?: string;
  onChange?: (id: string) => void;
}

/** Several views of one thing, one at a time. */
export function Tabs({ label, items, selected, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // where the tabs are wider than the window, the open one is in sight; they are drawn after their list
    const frame = requestAnimationFrame(() => {
      const all = list.current;
      const tab = all?.querySelector("[aria-selected=true]");
      if (all === null || tab === null || tab === undefined) return;
      const { left, right } = all.getBoundingClientRect();
      const at = tab.getBoundingClientRect();
      if (at.right > right) all.scrollLeft += at.right - right;
      else if (at.left < left) all.scrollLeft -= left - at.left;
    });
    return () => cancelAnimationFrame(frame);
  }, [selected]);
  return (
    <AriaTabs
      className="tabs"
      {...(selected === undefined ? {} : { selectedKey: selected })}
      {...(onChange === undefined ? {} : { onSelectionChange: (key) => onChange(String(key)) })}
    >
      <TabList ref={list} aria-label={label} className="tabs__list">
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className="tabs__tab" isDisabled={item.isDisabled === true}>
            {item.label}
            {item.count !== undefined && <span className="tabs__count num">{item.count.toLocaleString("en-US")}</span>}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className="tabs__panel">
          {item.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
