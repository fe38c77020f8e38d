import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

const KEPT_UNDER = "switchgear.recent";
const MOST = 8;

/** A page that was open a while ago, in this browser. */
export interface Recent {
  path: string;
  title: string;
}

/** The pages that were opened last, the newest first. */
export function recents(): readonly Recent[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_UNDER) ?? "[]") as unknown;
    return Array.isArray(kept) ? (kept as Recent[]).filter((one) => typeof one.path === "string" && typeof one.title === "string") : [];
  } catch {
    return []; // not JSON, or no storage here
  }
}

function remember(page: Recent): void {
  const rest = recents().filter((one) => one.path !== page.path);
  try {
    localStorage.setItem(KEPT_UNDER, JSON.stringify([page, ...rest].slice(0, MOST)));
  } catch {
    // a browser without storage remembers nothing
  }
}

/** Whoever signs in next in this browser is not told where the reader was. */
export function forgetRecents(): void {
  try {
    localStorage.removeItem(KEPT_UNDER);
  } catch {
    // a browser without storage remembered nothing
  }
}

/** Remembers where the reader goes, by the title that the page has when it is left. */
export function useRemembered(): void {
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => () => remember({ path, title: document.title.replace(" · Switchgear", "") }), [path]);
}
