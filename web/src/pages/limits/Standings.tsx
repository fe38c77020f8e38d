import "@/pages/limits/limits.css";

import { number, money } from "@/kit/format";
import { When } from "@/kit/When";
import type { Standing, Use } from "@/pages/limits/limit";

const WHAT: Readonly<Record<Use["what"], string>> = {
  usd: "US dollars",
  tokens: "Tokens",
  rpm: "Calls a minute",
  tpm: "Tokens a minute",
  concurrency: "Calls at once",
};
const NEAR = 0.8;

function amount(use: Use, value: string): string {
  return use.what === "usd" ? money(value) : number(Number(value));
}

/** The words of one limit: `Calls a minute`, `Tokens of 2026-11`. */
function whatOf(use: Use): string {
  return use.period === null ? WHAT[use.what] : `${WHAT[use.what]} of ${use.period}`;
}

/** One limit as a bar with its words: how much is used of how much, and when it is free again. */
export function UseBar({ use }: { use: Use }) {
  const share = Math.min(1, Number(use.used) / Math.max(Number(use.limit), Number.MIN_VALUE));
  const state = share >= 1 ? "full" : share >= NEAR ? "near" : "free";
  return (
    <div className={`use use--${state}`}>
      <span className="use__what">{whatOf(use)}</span>
      <meter className="visually-hidden" min={0} max={1} value={share} aria-label={whatOf(use)}>
        {Math.round(share * 100)} %
      </meter>
      <span className="use__bar" aria-hidden="true">
        <span className="use__used" style={{ inlineSize: `${share * 100}%` }} />
      </span>
      <span className="use__words num">
        {amount(use, use.used)} of {amount(use, use.limit)}
        {state === "near" && " · near"}
        {state === "full" && " · used up"}
      </span>
      <span className="use__until">
        {use.resets_at !== null && (
          <>
            free again <When at={use.resets_at} relative />
          </>
        )}
      </span>
    </div>
  );
}

/** How several stand with their limits. `none` is said when there is nobody. */
export function Standings({ of, none }: { of: readonly Standing[]; none: string }) {
  if (of.length === 0) return <p className="standings__none">{none}</p>;
  return (
    <ul className="standings">
      {of.map((standing) => (
        <li key={`${standing.of} ${standing.id}`} className="standings__one">
          <p className="standings__who">
            {standing.of} <strong>{standing.name}</strong> <span className="standings__limits">limits {standing.limits}</span>
          </p>
          {standing.uses.length === 0 && <p>Nothing is limited.</p>}
          {standing.uses.map((use) => (
            <UseBar key={whatOf(use)} use={use} />
          ))}
        </li>
      ))}
    </ul>
  );
}
