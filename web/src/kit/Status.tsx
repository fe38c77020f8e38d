import "@/kit/Status.css";

import type { ReactNode } from "react";

import type { Tone } from "@/kit/Badge";

export interface StatusProps {
  tone: Tone | "live";
  /** The state in a word: “healthy”, “open”, “revoked”. */
  children: ReactNode;
}

/** A state: a mark whose form differs as its colour does, and the word. `live` is kept for what moves right now. */
export function Status({ tone, children }: StatusProps) {
  return (
    <span className={`status status--${tone}`}>
      <svg className="status__mark" viewBox="0 0 10 10" aria-hidden="true">
        {tone === "ok" || tone === "live" ? <circle cx="5" cy="5" r="4" /> : null}
        {tone === "warn" ? <path d="M5 .8 9.5 9.2H.5z" /> : null}
        {tone === "error" ? <path d="M5 .3 9.7 5 5 9.7.3 5z" /> : null}
        {tone === "info" ? <path d="M1 1h8v8H1z" /> : null}
        {tone === "neutral" ? <circle className="status__ring" cx="5" cy="5" r="3.5" /> : null}
      </svg>
      <span>{children}</span>
    </span>
  );
}
