import "@/pages/developer/developer.css";

import { useQuery } from "@tanstack/react-query";

import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { QuickStart } from "@/pages/developer/QuickStart";
import { RateLimits } from "@/pages/developer/RateLimits";
import { RecentCalls } from "@/pages/developer/RecentCalls";
import { RequestBuilder } from "@/pages/developer/RequestBuilder";
import { type Model, modelsQuery } from "@/pages/models/model";
import { READ_ONLY, useRights } from "@/pages/rights";

/** A model to begin with: an alias that chats, or the first that is ready. */
function first(models: readonly Model[]): string {
  const chats = models.filter((model) => model.state === "ready" && ["chat", ""].includes(model.deployments[0]?.mode ?? ""));
  return (chats.find((model) => model.kind === "alias") ?? chats[0] ?? models[0])?.name ?? "MODEL";
}

/** For who writes programs: how to call, a request to try, one's own calls and limits. */
export default function Developer() {
  const rights = useRights();
  const model = first(useQuery(modelsQuery).data?.data ?? []);
  return (
    <Page title="Developer" lead="How to call models and tools from here, and how your calls do.">
      <QuickStart model={model} mayMake={rights.own || rights.change} />
      {rights.call ? <RequestBuilder model={model} /> : <p>{READ_ONLY}</p>}
      <RateLimits rights={rights} />
      <RecentCalls rights={rights} />
      <Section title="Webhooks" id="webhooks" lead="Events sent to an address of yours, signed. This place is kept for them: this version has none yet.">
        <p>Until then, events are in the log, and calls in the usage.</p>
      </Section>
    </Page>
  );
}
