import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { type PageRoute, ROUTES } from "@/routes";
import { Entrance } from "@/session/Entrance";
import { NotFound } from "@/shell/NotFound";
import { PagePending } from "@/shell/PagePending";
import { RouteError } from "@/shell/RouteError";
import { Shell } from "@/shell/Shell";
import { loaded } from "@/upgrade/pages";

const root = createRootRoute({ component: Entrance });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

function route(page: PageRoute) {
  const parent = page.bare === true ? root : shell;
  const component = lazyRouteComponent(() => loaded(page.load));
  return createRoute({ getParentRoute: () => parent, path: page.path, component });
}

const unknown = createRoute({ getParentRoute: () => shell, path: "$", component: NotFound });
const within = ROUTES.filter((page) => page.bare !== true).map(route);
const alone = ROUTES.filter((page) => page.bare === true).map(route);

/** The console's router: one lazily loaded chunk a page. */
export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren([...within, unknown]), ...alone]),
  defaultPreload: "intent",
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: PagePending,
  defaultPendingMs: 250,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
