import "@/shell/Navigation.css";

import { Link, useLocation } from "@tanstack/react-router";

import { Icon } from "@/kit/Icon";
import { Tooltip } from "@/kit/Tooltip";
import type { PageRoute } from "@/routes";
import { may, useMe } from "@/session/me";
import { GROUPS, pageOf } from "@/shell/groups";

/** How much of a page waits for somebody; nothing where nothing does. */
function Count({ useCount }: { useCount: () => number | undefined }) {
  const count = useCount() ?? 0;
  if (count === 0) return null;
  return (
    <span className="nav__count num">
      {count > 99 ? "99+" : count}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}

function Entry({ page, isHere, iconsOnly }: { page: PageRoute; isHere: boolean; iconsOnly: boolean }) {
  const link = (
    <Link to={page.path} className="nav__link" aria-current={isHere ? "page" : false} activeProps={{}}>
      <Icon name={page.icon} />
      <span className="nav__words">{page.title}</span>
      {page.useCount !== undefined && <Count useCount={page.useCount} />}
    </Link>
  );
  if (!iconsOnly) return link;
  return (
    <Tooltip text={page.title} placement="end" focusable>
      {link}
    </Tooltip>
  );
}

/** The pages by part; those that the reader's role cannot open are left out. */
export function Navigation({ iconsOnly = false }: { iconsOnly?: boolean }) {
  const me = useMe();
  const here = useLocation({ select: (location) => pageOf(location.pathname)?.path });
  return (
    <>
      {GROUPS.map((group) => {
        const pages = group.pages.filter((page) => me === undefined || may(me, page.right));
        return pages.length === 0 ? null : (
          <div key={group.name} className="nav__group" role="group" aria-label={group.name}>
            <div className="nav__name" aria-hidden="true">
              {group.name}
            </div>
            <ul className="nav__list" role="list">
              {pages.map((page) => (
                <li key={page.path}>
                  <Entry page={page} isHere={here === page.path} iconsOnly={iconsOnly} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}
