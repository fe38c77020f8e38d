import { useEffect, useRef } from "react";

import type { Actions } from "@/shell/actions";

/** Longest pause between `g` and its letter. */
const PAUSE_MS = 1_200;

const TYPING = "input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable=true], [role=textbox]";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** A key as `Action.keys` writes it. */
function chord(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const parts = [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : ""].filter((part) => part !== "");
  return [...parts, key].join("+");
}

/** A single letter or sign alone, which 2.1.4 lets people turn off. */
export function isSingle(keys: string): boolean {
  return !keys.includes("mod") && !keys.includes("alt");
}

function isAway(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog]:not(.toast), [role=menu], [role=listbox]") !== null;
}

/**
 * Listens for the actions' keys. With `single` off only those with a modifier work. Nothing is taken from
 * a field that is typed in, or from an open dialog or menu, but chords with a modifier.
 */
export function useKeys(actions: Actions, single: boolean): void {
  const first = useRef<{ key: string; at: number } | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const pressed = chord(event);
      const alone = isSingle(pressed);
      if (alone && (!single || isTyping(event.target) || isAway())) return;
      const before = first.current !== null && event.timeStamp - first.current.at < PAUSE_MS ? first.current.key : null;
      first.current = null;
      const listened = actions.list().filter((action) => action.shownOnly !== true && action.keys !== undefined);
      const sequence = before === null ? pressed : `${before} ${pressed}`;
      const hit = listened.find((action) => action.keys === sequence) ?? listened.find((action) => action.keys === pressed);
      if (hit !== undefined) {
        event.preventDefault();
        hit.run();
      } else if (listened.some((action) => action.keys?.startsWith(`${pressed} `) === true)) {
        first.current = { key: pressed, at: event.timeStamp };
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [actions, single]);
}
