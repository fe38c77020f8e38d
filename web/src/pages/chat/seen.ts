import { createContext, type RefObject, useContext, useEffect, useState } from "react";

/** Whether the message around it has come near the window: what stands far away is text alone, for those who search or listen. */
export const SeenContext = createContext(true);

/** Whether the message around it has come near the window. */
export function useIsSeen(): boolean {
  return useContext(SeenContext);
}

/** Whether an element with `content-visibility: auto` has come near the window, once and for all. */
export function useSeen(element: Readonly<RefObject<HTMLElement | null>>): boolean {
  const [isSeen, setSeen] = useState(() => !("oncontentvisibilityautostatechange" in HTMLElement.prototype));
  useEffect(() => {
    const one = element.current;
    if (one === null || isSeen) return;
    const changed = (event: Event): void => {
      if (event.target === one && !(event as ContentVisibilityAutoStateChangeEvent).skipped) setSeen(true);
    };
    one.addEventListener("contentvisibilityautostatechange", changed);
    return () => one.removeEventListener("contentvisibilityautostatechange", changed);
  }, [element, isSeen]);
  return isSeen;
}
