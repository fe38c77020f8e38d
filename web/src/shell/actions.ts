import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";

/** Something that can be done from the palette, and by keys if it has some. */
export interface Action {
  id: string;
  label: string;
  /** `mod+k` together, `g o` one after the other, or one letter. */
  keys?: string;
  /** Under which the help and the palette list it: “This page”, “Everywhere”. */
  section?: string;
  /** Listed in the help only: the page itself listens for its keys. */
  shownOnly?: boolean;
  run: () => void;
}

/** What can be done now: the shell's own actions and those of the page in sight. */
export class Actions {
  private readonly sets = new Map<object, readonly Action[]>();
  private readonly listeners = new Set<() => void>();
  private all: readonly Action[] = [];

  /** Adds a set of actions; what is returned takes it away. */
  offer(set: readonly Action[]): () => void {
    const owner = {};
    this.sets.set(owner, set);
    this.changed();
    return () => {
      this.sets.delete(owner);
      this.changed();
    };
  }

  readonly list = (): readonly Action[] => this.all;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    this.all = [...this.sets.values()].flat();
    for (const listener of this.listeners) listener();
  }
}

/** The shell's actions. */
export const ActionsContext = createContext<Actions>(new Actions());

/** Everything that can be done now. */
export function useActionList(): readonly Action[] {
  const actions = useContext(ActionsContext);
  return useSyncExternalStore(actions.subscribe, actions.list);
}

/**
 * Offers actions while the component is in sight: in the palette, in the help, and by their keys. The set may be made
 * anew at each rendering; it is offered again when an id, a label or keys change.
 */
export function useActions(set: readonly Action[]): void {
  const actions = useContext(ActionsContext);
  const latest = useRef(set);
  useEffect(() => {
    latest.current = set;
  });
  const shape = JSON.stringify(set.map(({ id, label, keys, section, shownOnly }) => ({ id, label, keys, section, shownOnly })));
  useEffect(() => {
    const now = JSON.parse(shape) as Omit<Action, "run">[];
    return actions.offer(
      now.map((action) => ({
        ...action,
        section: action.section ?? "This page",
        run: () => latest.current.find((one) => one.id === action.id)?.run(),
      })),
    );
  }, [actions, shape]);
}
