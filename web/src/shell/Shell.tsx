import "@/shell/shell.css";

import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { RouterProvider } from "react-aria-components";

import { Toasts } from "@/kit/Toast";
import { usePreference } from "@/session/preference";
import { Actions, ActionsContext } from "@/shell/actions";
import { Arrivals, ArrivalsContext } from "@/shell/arrival";
import { OfflineNotice } from "@/shell/ConnectionState";
import { useConnection } from "@/shell/connection";
import { Header } from "@/shell/Header";
import { useKeys } from "@/shell/keys";
import { Landmark } from "@/shell/Landmark";
import { Navigation } from "@/shell/Navigation";
import { useRemembered } from "@/shell/recent";
import { type ShellPart, useShellActions } from "@/shell/shellActions";
import { useNavigationWidth } from "@/shell/width";
import { ThemeKeeper } from "@/theme/ThemeKeeper";

const Palette = lazy(() => import("@/shell/Palette"));
const Help = lazy(() => import("@/shell/Help"));
const NavigationDrawer = lazy(() => import("@/shell/NavigationDrawer"));

function toMain(): void {
  document.getElementById("main")?.focus();
}

/** What stands around every page: the header, the way to the other pages, and what opens over them. */
function Frame({ actions }: { actions: Actions }) {
  const [open, setOpen] = useState<ShellPart | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<ShellPart>>(new Set());
  const { value, save } = usePreference("shortcuts");
  const single = !(typeof value === "object" && value !== null && "single" in value && value.single === false);
  const width = useNavigationWidth();
  const connection = useConnection();

  const show = (part: ShellPart | null): void => {
    setOpen(part);
    if (part !== null) setOpened((before) => new Set([...before, part]));
  };
  const controls = (part: ShellPart) => ({ isOpen: open === part, onOpenChange: (isOpen: boolean) => show(isOpen ? part : null) });
  useShellActions(show, width.toggle);
  useKeys(actions, single);
  useRemembered();

  return (
    <div className="shell" data-nav={width.wish}>
      <button type="button" className="shell__skip button button--primary" onClick={toMain}>
        Skip to the page
      </button>
      <Landmark role="banner" className="shell__header">
        <Header connection={connection.state} onOpen={show} onToggle={width.toggle} />
      </Landmark>
      <Landmark role="navigation" label="Pages" className="shell__nav">
        <Navigation iconsOnly={width.iconsOnly} />
      </Landmark>
      <Landmark role="main" id="main" className="shell__main">
        <OfflineNotice {...connection} onRetry={connection.retry} />
        <Outlet />
      </Landmark>
      <ThemeKeeper />
      <Toasts />
      <Suspense>
        {opened.has("palette") && <Palette {...controls("palette")} />}
        {opened.has("help") && <Help {...controls("help")} single={single} onSingleChange={(next) => save({ single: next })} />}
        {opened.has("pages") && <NavigationDrawer {...controls("pages")} />}
      </Suspense>
    </div>
  );
}

/** The shell with what its parts share. */
export function Shell() {
  const router = useRouter();
  const [arrivals] = useState(() => new Arrivals(router.state.location.pathname));
  const [actions] = useState(() => new Actions());
  return (
    <RouterProvider navigate={(href) => void router.navigate({ to: href })}>
      <ArrivalsContext value={arrivals}>
        <ActionsContext value={actions}>
          <Frame actions={actions} />
        </ActionsContext>
      </ArrivalsContext>
    </RouterProvider>
  );
}
