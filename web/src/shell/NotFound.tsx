import { useLocation } from "@tanstack/react-router";

import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Page } from "@/kit/Page";

/** What an address without a page leads to. */
export function NotFound() {
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <Page title="There is no such page">
      <Empty title={`Nothing stands at ${path}`} icon="search" actions={<Link to="/" look="primary">Go to the overview</Link>}>
        The address may be mistyped, or from another version. Ctrl+K, or Command+K on a Mac, finds every page by its name.
      </Empty>
    </Page>
  );
}
