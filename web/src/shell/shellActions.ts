import { useRouter } from "@tanstack/react-router";

import { ROUTES } from "@/routes";
import { useActions } from "@/shell/actions";

/** What opens over the page. */
export type ShellPart = "palette" | "help" | "pages";

function toSearch(): void {
  document.querySelector<HTMLElement>("main [data-search]")?.focus();
}

/** Offers what can be done from every page. */
export function useShellActions(show: (part: ShellPart) => void, toggleNavigation: () => void): void {
  const router = useRouter();
  useActions([
    { id: "palette", label: "Find a page or an action", keys: "mod+k", section: "Everywhere", run: () => show("palette") },
    { id: "help", label: "Keyboard shortcuts", keys: "?", section: "Everywhere", run: () => show("help") },
    { id: "search", label: "Search on this page", keys: "/", section: "Everywhere", run: toSearch },
    { id: "navigation", label: "Show or hide the names of pages", keys: "mod+b", section: "Everywhere", run: toggleNavigation },
    ...ROUTES.filter((page) => page.go !== undefined).map((page) => ({
      id: `go ${page.path}`,
      label: page.title,
      keys: `g ${page.go ?? ""}`,
      section: "Go to",
      run: () => void router.navigate({ to: page.path }),
    })),
  ]);
}
