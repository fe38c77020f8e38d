import "@/pages/settings/settings.css";

import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { LogLevel } from "@/pages/settings/LogLevel";
import { Reload } from "@/pages/settings/Reload";
import { StatusFacts, Workers } from "@/pages/settings/StatusFacts";
import { Values } from "@/pages/settings/Values";

/** The gateway itself: how it does, what it is set to and by whom, and how much it logs. */
export default function Settings() {
  const status = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => given(api.GET("/api/status", { signal })),
    refetchInterval: 5_000,
  });
  const values = useQuery({
    queryKey: ["config values"],
    queryFn: ({ signal }) => given(api.GET("/api/config/values", { signal })),
  });
  return (
    <Page
      title="Settings"
      lead="The gateway itself. What the configuration file says is changed there, and taken with a reload."
      actions={
        <Link to="/settings/appearance" look="normal" icon="theme">
          Appearance
        </Link>
      }
    >
      <Section title="Status">
        <Loaded query={status} what="the status" lines={8}>
          {(told) => (
            <>
              <StatusFacts of={told} />
              <Workers of={told.workers} />
            </>
          )}
        </Loaded>
      </Section>
      <Reload />
      <LogLevel />
      <Section title="Configuration" id="configuration" lead="Every setting as it runs, with where its value comes from. Secrets are not shown.">
        <Loaded query={values} what="the configuration" lines={12}>
          {(told) => <Values of={told} />}
        </Loaded>
      </Section>
    </Page>
  );
}
