import "@/kit/Button.css";
import "@/kit/Link.css";

import { Link as RouterLink } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Icon, type IconName } from "@/kit/Icon";

export interface LinkProps {
  /** A page of the console: `/calls/req_01`; with `search` its filters. */
  to: string;
  search?: Readonly<Record<string, unknown>>;
  children: ReactNode;
  /** `text` in sentences; the others look like a Button, for what leads to another page. */
  look?: "text" | "plain" | "normal" | "primary" | "quiet";
  icon?: IconName;
}

/** The way to another page of the console. */
export function Link({ to, search, children, look = "text", icon }: LinkProps) {
  const style = look === "text" || look === "plain" ? `link link--${look}` : `button button--${look} button--md`;
  return (
    <RouterLink to={to} className={style} {...(search === undefined ? {} : { search: search as never })}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </RouterLink>
  );
}

/** The way out of the console, in a tab of its own. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className="link" href={href} target="_blank" rel="noreferrer noopener">
      {children}
      <Icon name="external" size="sm" label="(opens in a new tab)" />
    </a>
  );
}

/** A file of the gateway, kept under that name. */
export function DownloadLink({ href, name, children }: { href: string; name: string; children: ReactNode }) {
  return (
    <a className="link" href={href} download={name}>
      <Icon name="download" size="sm" /> {children}
    </a>
  );
}
