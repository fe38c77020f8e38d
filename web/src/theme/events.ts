import { useEffect } from "react";

/** A mistake in a theme's file. */
export interface FileProblem {
  file: string;
  line: number | null;
  message: string;
  suggestion: string;
}

/** What the gateway tells while a page is open. */
export interface ThemeEvents {
  changed: (theme: { name: string; title: string; href: string | null }) => void;
  invalid: (theme: { name: string; problems: FileProblem[] }) => void;
  /** The connection is there, at first or again: what was told until now was missed. */
  open: () => void;
}

const AGAIN_MS = 30_000;

/**
 * Listens to `/api/events` as long as the page is in sight: browsers allow a server six connections, and pages that nobody looks at
 * would take them all.
 */
function listen(heard: ThemeEvents): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  const close = (): void => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = (): void => {
    if (source !== null || document.visibilityState !== "visible") return;
    source = new EventSource("/api/events");
    source.addEventListener("open", () => heard.open());
    source.addEventListener("theme.changed", (event: MessageEvent<string>) =>
      heard.changed(JSON.parse(event.data) as Parameters<ThemeEvents["changed"]>[0]),
    );
    source.addEventListener("theme.invalid", (event: MessageEvent<string>) =>
      heard.invalid(JSON.parse(event.data) as Parameters<ThemeEvents["invalid"]>[0]),
    );
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      again = setTimeout(open, AGAIN_MS);
    });
  };
  const look = (): void => (document.visibilityState === "visible" ? open() : close());
  document.addEventListener("visibilitychange", look);
  open();
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

/** Hears of themes while a component is there. `heard` is made once. */
export function useThemeEvents(heard: ThemeEvents): void {
  useEffect(() => listen(heard), [heard]);
}
