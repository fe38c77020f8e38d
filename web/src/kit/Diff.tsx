import "@/kit/Code.css";
import "@/kit/Diff.css";

import { useMemo } from "react";

import { difference, type DiffLine } from "@/kit/code/difference";

export interface DiffProps {
  /** What differs, in words. */
  label: string;
  before: string;
  after: string;
  /** Lines around each change that are shown; the others are counted. */
  context?: number;
}

const SIGN = { same: " ", added: "+", removed: "−" };
const WORD = { same: "", added: "added: ", removed: "removed: " };

interface Part {
  lines: DiffLine[];
  /** Same lines that are left out before these. */
  skipped: number;
}

function parts(lines: readonly DiffLine[], context: number): { parts: Part[]; rest: number } {
  const near = new Set<number>();
  lines.forEach(({ kind }, place) => {
    if (kind === "same") return;
    for (let at = Math.max(0, place - context); at <= Math.min(lines.length - 1, place + context); at += 1) near.add(at);
  });
  const found: Part[] = [];
  let skipped = 0;
  lines.forEach((line, place) => {
    if (!near.has(place)) skipped += 1;
    else {
      if (skipped > 0 || found.length === 0) found.push({ lines: [], skipped });
      found.at(-1)?.lines.push(line);
      skipped = 0;
    }
  });
  return { parts: found, rest: skipped };
}

function Skipped({ count }: { count: number }) {
  return count > 0 ? <tr className="diff__skipped"><td colSpan={3}>{count === 1 ? "1 same line" : `${count} same lines`}</td></tr> : null;
}

/** How two texts differ, line by line: with signs and words, not only colours. */
export function Diff({ label, before, after, context = 3 }: DiffProps) {
  const { parts: shown, rest } = useMemo(() => parts(difference(before, after), context), [before, after, context]);
  if (before === after) return <p>Nothing differs.</p>;
  return (
    <div className="code diff" role="group" aria-label={label} tabIndex={0} dir="ltr">
      <table className="diff__lines">
        <caption className="visually-hidden">{label}</caption>
        <tbody>
          {shown.map((part, place) => [
            <Skipped key={`skipped ${place}`} count={part.skipped} />,
            ...part.lines.map((line) => (
              <tr key={`${line.before}:${line.after}`} className={`diff__line code__${line.kind}`}>
                <td className="diff__number num">{line.before}</td>
                <td className="diff__number num">{line.after}</td>
                <td className="diff__text">
                  <span className="diff__sign" aria-hidden="true">
                    {SIGN[line.kind]}
                  </span>
                  <span className="visually-hidden">{WORD[line.kind]}</span>
                  {line.text}
                </td>
              </tr>
            )),
          ])}
          <Skipped count={rest} />
        </tbody>
      </table>
    </div>
  );
}
