import "@/kit/Badge.css";

import type { ReactNode } from "react";

/** What a word or a mark means: it is always said in words too. */
export type Tone = "neutral" | "ok" | "warn" | "error" | "info";

export interface BadgeProps {
  children: ReactNode;
  tone?: Tone;
}

/** A short word beside a name: a kind, a version, a count. */
export function Badge({ children, tone = "neutral" }: BadgeProps) {
  return <span className={`badge badge--${tone}`}>{children}</span>;
}
