import "@/kit/Page.css";

import { type ReactNode, useEffect, useRef } from "react";

import { Link } from "@/kit/Link";
import { useArrivals, whenFree } from "@/shell/arrival";

export interface Crumb {
  label: string;
  to: string;
}

export interface PageProps {
  /** The page's heading and the document's title. */
  title: string;
  /** What stands at the heading's end: the page's main action last. */
  actions?: ReactNode;
  /** One sentence about what is seen here. */
  lead?: ReactNode;
  /** The way back, for pages below others: `[{label: "Calls", to: "/calls"}]`. */
  crumbs?: readonly Crumb[];
  /** `prose` keeps forms and texts to a readable width; `full` gives the page the whole place without padding. */
  width?: "wide" | "prose" | "full";
  children: ReactNode;
}

/** One page: its heading takes the focus when it is navigated to. */
export function Page({ title, actions, lead, crumbs = [], width = "wide", children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { arrivals, path } = useArrivals();
  useEffect(() => {
    document.title = `${title} · Switchgear`;
  }, [title]);
  useEffect(() => {
    if (arrivals?.at(path) !== true || document.activeElement?.hasAttribute("data-keeps-focus") === true) return;
    return whenFree(() => heading.current?.focus({ preventScroll: true }));
  }, [arrivals, path]);
  return (
    <article className={`page page--${width}`}>
      <header className="page__head">
        {crumbs.length > 0 && (
          <nav className="page__crumbs" aria-label="Way back">
            {crumbs.map((crumb) => (
              <Link key={crumb.to} to={crumb.to}>
                {crumb.label}
              </Link>
            ))}
          </nav>
        )}
        <div className="page__line">
          <h1 ref={heading} className="page__title" tabIndex={-1}>
            {title}
          </h1>
          {actions !== undefined && <div className="page__actions">{actions}</div>}
        </div>
        {lead !== undefined && <p className="page__lead">{lead}</p>}
      </header>
      {children}
    </article>
  );
}
