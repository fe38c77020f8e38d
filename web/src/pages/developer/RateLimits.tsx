import { useQuery } from "@tanstack/react-query";

import { ApiError } from "@/api/client";
import { Loaded } from "@/kit/Loaded";
import { Section } from "@/kit/Section";
import { keyStandingQuery } from "@/pages/keys/key";
import { Standings } from "@/pages/limits/Standings";
import type { Rights } from "@/pages/rights";

/** How much of one's limits is used: of what one is signed in with, and of one's user and team. */
export function RateLimits({ rights }: { rights: Rights }) {
  const query = useQuery({ ...keyStandingQuery(rights.keyId), enabled: rights.keyId !== "", retry: false });
  const unknown = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Section title="Rate limits" lead="Of this session, your user and your team. Each key shows its own on its page; answers carry x-ratelimit-… headers.">
      {unknown ? (
        <p>Nothing limits you here.</p>
      ) : (
        <Loaded query={query} what="your limits" lines={3}>
          {({ data }) => <Standings of={data} none="Nothing limits you here." />}
        </Loaded>
      )}
    </Section>
  );
}
