import type { ReactNode } from "react";

import { Section } from "@/kit/Section";

/** One component on the kit's page: its name, what it is for, and its states side by side. */
export function Sample({ name, children, lead, look = "line" }: { name: string; lead?: ReactNode; look?: "line" | "grid" | "block"; children: ReactNode }) {
  return (
    <Section title={name} lead={lead} id={name.toLowerCase().replaceAll(/[^a-z]+/g, "-")}>
      <div className={`sample sample--${look}`}>{children}</div>
    </Section>
  );
}
