import { type PageRoute, ROUTES } from "@/routes";

/** The navigation's parts and the order of the pages in each; a page that is not named here stands at its part's end. */
const ORDER: Readonly<Record<NonNullable<PageRoute["group"]>, readonly string[]>> = {
  Work: ["/chat", "/developer"],
  Watch: ["/", "/usage", "/calls", "/errors"],
  "Set up": ["/models", "/providers", "/plugins", "/approvals", "/keys", "/limits", "/cache", "/batches", "/secrets"],
  Govern: ["/people", "/audit", "/settings"],
};

/** One part of the navigation. */
export interface PageGroup {
  name: string;
  pages: readonly PageRoute[];
}

function placeIn(order: readonly string[], page: PageRoute): number {
  const place = order.indexOf(page.path);
  return place === -1 ? order.length : place;
}

/** The pages of the navigation by part; parts without a page are left out. */
export const GROUPS: readonly PageGroup[] = Object.entries(ORDER)
  .map(([name, order]) => ({
    name,
    pages: ROUTES.filter((page) => page.group === name).toSorted((one, other) => placeIn(order, one) - placeIn(order, other)),
  }))
  .filter((group) => group.pages.length > 0);

/** The page of the navigation that an address belongs to: `/calls/req_1` to `/calls`. */
export function pageOf(path: string): PageRoute | undefined {
  return ROUTES.filter((page) => page.group !== null)
    .filter((page) => path === page.path || (page.path !== "/" && path.startsWith(`${page.path}/`)))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
}
