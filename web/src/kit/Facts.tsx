import "@/kit/Facts.css";

import type { ReactNode } from "react";

export interface Fact {
  term: string;
  value: ReactNode;
}

export interface FactsProps {
  /** What is `undefined` or `false` is left out, so that a page can say `cost !== null && {…}`. */
  facts: readonly (Fact | false | undefined)[];
  /** `row` stands the facts side by side: the numbers at the head of a page. */
  look?: "list" | "row";
}

/** What is known about one thing: names and values. */
export function Facts({ facts, look = "list" }: FactsProps) {
  return (
    <dl className={`facts facts--${look}`}>
      {facts.map((fact) =>
        fact === false || fact === undefined ? null : (
          <div key={fact.term} className="facts__fact">
            <dt>{fact.term}</dt>
            <dd>{fact.value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
