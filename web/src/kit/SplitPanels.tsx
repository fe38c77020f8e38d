import "@/kit/SplitPanels.css";

import { Fragment, type ReactNode, useEffect, useRef } from "react";

import { type Arrangeable, sized, toggled, useArrangement } from "@/kit/arrangement";
import { Icon } from "@/kit/Icon";
import { IconButton } from "@/kit/IconButton";
import { Menu, type MenuAction } from "@/kit/Menu";
import { Resizer } from "@/kit/Resizer";
import { useMoves } from "@/kit/useMoves";

export interface SplitPanel extends Arrangeable {
  content: ReactNode;
  /** What stands in its head beside the title. */
  actions?: ReactNode;
}

export interface SplitPanelsProps {
  /** Under which the arrangement is kept for the user: `chat`, `plugins.inspector`. */
  name: string;
  /** Two to four; `size` is its share of the line. Declare it outside of the component, or memoise it. */
  panels: readonly SplitPanel[];
  label: string;
}

const STEP = 0.05;

/** Panels beside each other: resized, moved and collapsed by pointer, by the keyboard, and by their menus. */
export function SplitPanels({ name, panels, label }: SplitPanelsProps) {
  const { arrangement, change, reset } = useArrangement(name, panels);
  const line = useRef<HTMLDivElement>(null);
  const folding = useRef<string | null>(null);
  useEffect(() => {
    const id = folding.current;
    folding.current = null; // what was pressed is gone: the focus goes to what stands in its place
    if (id !== null) line.current?.querySelector<HTMLElement>(`[data-part="${CSS.escape(id)}"] button`)?.focus();
  }, [arrangement.collapsed]);
  const fold = (id: string): void => {
    folding.current = id;
    change(toggled(arrangement, id, "collapsed"));
  };
  const { handle, dragged, over, move, said } = useMoves({ parts: panels, arrangement, change });
  const ordered = arrangement.order.flatMap((id) => panels.filter((panel) => panel.id === id));
  const open = ordered.filter((panel) => !arrangement.collapsed.includes(panel.id));
  const total = open.reduce((sum, panel) => sum + (arrangement.sizes[panel.id] ?? 1), 0);
  const share = (id: string): number => (arrangement.sizes[id] ?? 1) / total;

  /** Gives a part of the line (0–1) from the second panel to the first. */
  const shift = (first: string, second: string, by: number): void => {
    const both = share(first) + share(second);
    const least = Math.min(0.1, both / 2);
    const next = Math.max(least, Math.min(both - least, share(first) + by));
    const now = Object.fromEntries(open.map((panel) => [panel.id, share(panel.id)]));
    change(sized(arrangement, { ...now, [first]: next, [second]: both - next }));
  };
  const widen = (id: string, by: number): void => {
    const place = open.findIndex((panel) => panel.id === id);
    const neighbour = open[place + 1] ?? open[place - 1];
    if (neighbour !== undefined) shift(id, neighbour.id, by);
  };
  const actions = (panel: SplitPanel): MenuAction[] => {
    const place = ordered.indexOf(panel);
    return [
      { id: "wider", label: "Wider", icon: "add", isDisabled: open.length < 2, onAction: () => widen(panel.id, STEP * 2) },
      { id: "narrower", label: "Narrower", icon: "minus", isDisabled: open.length < 2, onAction: () => widen(panel.id, -STEP * 2) },
      { id: "before", label: "Move before", icon: "chevronLeft", isDisabled: place === 0, onAction: () => move(panel.id, -1) },
      { id: "after", label: "Move after", icon: "chevronRight", isDisabled: place === ordered.length - 1, onAction: () => move(panel.id, 1) },
      { id: "fold", label: "Collapse", icon: "close", isDisabled: open.length < 2, onAction: () => fold(panel.id) },
      { id: "reset", label: "Reset panels", icon: "retry", section: "All panels", onAction: reset },
    ];
  };

  return (
    <div ref={line} className="split" role="group" aria-label={label}>
      {said}
      {ordered.map((panel, place) => {
        const folded = arrangement.collapsed.includes(panel.id);
        const next = ordered.slice(place + 1).find((other) => !arrangement.collapsed.includes(other.id));
        return (
          <Fragment key={panel.id}>
            <section
              aria-label={panel.title}
              data-part={panel.id}
              className="split__panel"
              data-folded={folded || undefined}
              data-dragged={dragged === panel.id || undefined}
              data-over={(over === panel.id && dragged !== panel.id) || undefined}
              style={folded ? {} : { flexGrow: share(panel.id) }}
            >
              {folded ? (
                <button type="button" className="split__unfold" onClick={() => fold(panel.id)}>
                  <Icon name="chevronRight" size="sm" />
                  <span className="visually-hidden">Open </span>
                  <span className="split__folded-title">{panel.title}</span>
                </button>
              ) : (
                <>
                  <header className="split__head">
                    <button type="button" className="drag-handle" aria-label={`Move ${panel.title}`} {...handle(panel.id)}>
                      <Icon name="drag" size="sm" />
                    </button>
                    <h2 className="split__title">{panel.title}</h2>
                    <div className="split__actions">
                      {panel.actions}
                      <Menu label={`Panel ${panel.title}`} items={actions(panel)}>
                        <IconButton icon="more" size="sm" label={`Arrange ${panel.title}`} />
                      </Menu>
                    </div>
                  </header>
                  <div className="split__body">{panel.content}</div>
                </>
              )}
            </section>
            {!folded && next !== undefined && (
              <Resizer
                label={`Border of ${panel.title} and ${next.title}`}
                value={share(panel.id)}
                step={STEP}
                length={() => line.current?.clientWidth ?? 1}
                onMove={(by) => shift(panel.id, next.id, by)}
              />
            )}
          </Fragment>
        );
      })}
    </div>
  );
}
