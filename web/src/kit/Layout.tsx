import "@/kit/SplitPanels.css";
import "@/kit/Layout.css";

import type { ReactNode } from "react";

import { type Arrangeable, type KeptArrangement, sized, toggled } from "@/kit/arrangement";
import { Icon } from "@/kit/Icon";
import { IconButton } from "@/kit/IconButton";
import { Menu, type MenuAction } from "@/kit/Menu";
import { useMoves } from "@/kit/useMoves";

export { useArrangement as useLayout } from "@/kit/arrangement";

export interface LayoutPanel extends Arrangeable {
  content: ReactNode;
  actions?: ReactNode;
}

export interface LayoutProps {
  /** What `useLayout(name, panels)` gave; a LayoutMenu beside the page's title takes it too. */
  layout: KeptArrangement;
  panels: readonly LayoutPanel[];
}

/** The columns of a layout. */
export const COLUMNS = 4;

/** A page's panels on four columns, as the user has arranged them; on small screens one under the other. */
export function Layout({ layout, panels }: LayoutProps) {
  const { arrangement, change } = layout;
  const { handle, dragged, over, move, said } = useMoves(layout);
  const seen = arrangement.order
    .filter((id) => !arrangement.hidden.includes(id))
    .flatMap((id) => panels.filter((panel) => panel.id === id));
  const span = (id: string): number => Math.max(1, Math.min(COLUMNS, Math.round(arrangement.sizes[id] ?? 1)));

  const actions = (panel: LayoutPanel, place: number): MenuAction[] => {
    const wide = span(panel.id);
    const folded = arrangement.collapsed.includes(panel.id);
    return [
      { id: "wider", label: "Wider", icon: "add", isDisabled: wide === COLUMNS, onAction: () => change(sized(arrangement, { [panel.id]: wide + 1 })) },
      { id: "narrower", label: "Narrower", icon: "minus", isDisabled: wide === 1, onAction: () => change(sized(arrangement, { [panel.id]: wide - 1 })) },
      { id: "before", label: "Move up", icon: "arrowUp", isDisabled: place === 0, onAction: () => move(panel.id, -1) },
      { id: "after", label: "Move down", icon: "arrowDown", isDisabled: place === seen.length - 1, onAction: () => move(panel.id, 1) },
      { id: "fold", label: folded ? "Open" : "Collapse", icon: folded ? "chevronDown" : "chevronUp", onAction: () => change(toggled(arrangement, panel.id, "collapsed")) },
      { id: "hide", label: "Hide", icon: "eyeOff", onAction: () => change(toggled(arrangement, panel.id, "hidden")) },
    ];
  };

  return (
    <div className="layout">
      {said}
      {seen.map((panel, place) => {
        const folded = arrangement.collapsed.includes(panel.id);
        return (
          <section
            key={panel.id}
            aria-label={panel.title}
            data-part={panel.id}
            className={`layout__panel layout__panel--${span(panel.id)}`}
            data-dragged={dragged === panel.id || undefined}
            data-over={(over === panel.id && dragged !== panel.id) || undefined}
          >
            <header className="split__head layout__head">
              <button type="button" className="drag-handle" aria-label={`Move ${panel.title}`} {...handle(panel.id)}>
                <Icon name="drag" size="sm" />
              </button>
              <h2 className="split__title">{panel.title}</h2>
              <div className="split__actions">
                {panel.actions}
                <Menu label={`Panel ${panel.title}`} items={actions(panel, place)}>
                  <IconButton icon="more" size="sm" label={`Arrange ${panel.title}`} />
                </Menu>
              </div>
            </header>
            {!folded && <div className="layout__body">{panel.content}</div>}
          </section>
        );
      })}
    </div>
  );
}
