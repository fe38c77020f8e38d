import "@/kit/Timeline.css";

import type { ReactNode } from "react";

import { Duration } from "@/kit/Duration";
import { Status, type StatusProps } from "@/kit/Status";

/** Something that happened at one time, or took from one time to another. */
export interface TimelineEntry {
  id: string;
  /** Milliseconds from the beginning; `null` for what has no time. */
  at: number | null;
  /** How long it took, in milliseconds, where it took time. */
  ms?: number | undefined;
  /** Of its time: waiting for the first token, in milliseconds from its beginning. */
  firstMs?: number | undefined;
  /** Who or what. */
  subject: string;
  /** What is told of it. */
  told: ReactNode;
  /** How it went, as a mark and a word. */
  state?: { tone: StatusProps["tone"]; word: string } | undefined;
}

export interface TimelineProps {
  /** What it is of, in words. */
  label: string;
  entries: readonly TimelineEntry[];
  /** How long all of it took, in milliseconds. */
  total: number;
}

function share(ms: number, total: number): string {
  return `${Math.min(100, Math.max(0, (ms / Math.max(total, 0.001)) * 100)).toFixed(2)}%`;
}

function Bar({ at, ms = 0, firstMs, total }: { at: number; ms: number | undefined; firstMs: number | undefined; total: number }) {
  return (
    <span className="timeline__track" aria-hidden="true">
      <span className="timeline__bar" style={{ insetInlineStart: share(at, total), inlineSize: share(ms, total) }}>
        {firstMs !== undefined && ms > 0 && <span className="timeline__first" style={{ inlineSize: share(firstMs, ms) }} />}
      </span>
    </span>
  );
}

/** What happened, in order: when, who, what, and how long it took as a bar over the whole. */
export function Timeline({ label, entries, total }: TimelineProps) {
  return (
    <ol className="timeline" aria-label={label}>
      {entries.map(({ id, at, ms, firstMs, subject, told, state }) => (
        <li key={id} className="timeline__entry">
          <span className="timeline__at">{at === null ? null : <Duration ms={at} />}</span>
          <span className="timeline__subject">{subject}</span>
          <span className="timeline__told">
            {state !== undefined && (
              <>
                <Status tone={state.tone}>{state.word}</Status>
                {told !== "" && " · "}
              </>
            )}
            {told}
          </span>
          {at !== null && (ms ?? 0) > 0 && <Bar at={at} ms={ms} firstMs={firstMs} total={total} />}
        </li>
      ))}
    </ol>
  );
}
