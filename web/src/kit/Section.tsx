import "@/kit/Section.css";

import { type ReactNode, useId } from "react";

export interface SectionProps {
  title: string;
  /** The heading is only for assistive technology. */
  titleHidden?: boolean;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Its place in the page, to be linked to: `#limits`. */
  id?: string;
  level?: 2 | 3;
  children: ReactNode;
}

/** A part of a page, set off by a hairline. */
export function Section({ title, titleHidden = false, lead, actions, id, level = 2, children }: SectionProps) {
  const name = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="section" aria-labelledby={name} {...(id === undefined ? {} : { id })}>
      <div className={titleHidden && actions === undefined ? "visually-hidden" : "section__head"}>
        <Heading id={name} className={titleHidden ? "visually-hidden" : "section__title"}>
          {title}
        </Heading>
        {actions !== undefined && <div className="section__actions">{actions}</div>}
      </div>
      {lead !== undefined && <p className="section__lead">{lead}</p>}
      {children}
    </section>
  );
}
