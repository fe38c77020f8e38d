import "@/kit/Empty.css";

import type { ReactNode } from "react";

import { Icon, type IconName } from "@/kit/Icon";

export interface EmptyProps {
  /** What is not there: “No keys yet”. */
  title: string;
  /** What it would be good for, and what to do next. */
  children?: ReactNode;
  icon?: IconName;
  actions?: ReactNode;
}

/** What a list says when there is nothing in it. */
export function Empty({ title, children, icon, actions }: EmptyProps) {
  return (
    <div className="empty">
      {icon !== undefined && <Icon name={icon} size="lg" />}
      <p className="empty__title">{title}</p>
      {children !== undefined && <div className="empty__words">{children}</div>}
      {actions !== undefined && <div className="empty__actions">{actions}</div>}
    </div>
  );
}
