import { useMatch } from "@tanstack/react-router";
import { createContext, useContext } from "react";

/** Remembers the page that was last arrived at; the first one is where the console was opened. */
export class Arrivals {
  constructor(private last: string) {}

  /** Whether this path is newly arrived at; true once for each arrival. */
  at(path: string): boolean {
    if (path === this.last) return false;
    this.last = path;
    return true;
  }
}

/** The shell's memory of arrivals; a page without a shell has none. */
export const ArrivalsContext = createContext<Arrivals | null>(null);

/** What a page's heading asks when it appears: has the reader come here from another page? Then it takes the focus. */
export function useArrivals(): { arrivals: Arrivals | null; path: string } {
  const arrivals = useContext(ArrivalsContext);
  // the page's own address, not the window's: that one has changed already while the page before is still in sight
  const path = useMatch({ strict: false, select: (match) => match.pathname });
  return { arrivals, path };
}

const OVER = ".overlay, .popover";

/**
 * Does something as soon as nothing lies over the page: a dialog or a menu that is closing keeps the focus within
 * itself, and gives it back to where it came from. What is returned calls it off.
 */
export function whenFree(run: () => void): () => void {
  if (document.querySelector(OVER) === null) {
    run();
    return () => undefined;
  }
  let frame = 0;
  const watch = new MutationObserver(() => {
    if (document.querySelector(OVER) !== null) return;
    watch.disconnect();
    // the focus is given back in the frame after; what is done here comes after that
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(run);
    });
  });
  watch.observe(document.body, { childList: true, subtree: true });
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
  };
}
