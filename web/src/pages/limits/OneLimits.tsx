import { useQuery } from "@tanstack/react-query";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { ChangeAndRemove } from "@/kit/ChangeAndRemove";
import { Facts } from "@/kit/Facts";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { useGo, useParam } from "@/pages/go";
import { type Limits, oneLimitsQuery, standingQuery } from "@/pages/limits/limit";
import { Standings } from "@/pages/limits/Standings";
import { limitWords } from "@/pages/limits/words";
import { useRights } from "@/pages/rights";

/** Limits of one name: how much they allow, who has them, and how those stand. */
export default function OneLimits() {
  const name = useParam("name");
  const query = useQuery(oneLimitsQuery(name));
  const standing = useQuery(standingQuery);
  return (
    <Page title={name} crumbs={[{ label: "Limits & budgets", to: "/limits" }]} actions={query.data && <Deeds of={query.data} />}>
      <Loaded query={query} what="the limits">
        {(limits) => (
          <Facts
            facts={[
              { term: "How much", value: <span className="num">{limitWords(limits.settings).join(" · ")}</span> },
              { term: "Who has them", value: limits.used_by.length === 0 ? "nobody yet: name them at a key, team, user or model" : limits.used_by.join(", ") },
              { term: "Defined in", value: limits.source === "file" ? "the configuration file, where they are changed" : "the store" },
              { term: "Near at", value: <span className="num">{Math.round((limits.settings.soft ?? 0.8) * 100)} %</span> },
            ]}
          />
        )}
      </Loaded>
      <Section title="Standing" lead="Teams, users and models that have them. Keys show theirs on their own pages.">
        <Loaded query={standing} what="how they stand">
          {({ data }) => <Standings of={data.filter((one) => one.limits === name)} none="No team, user or model has these limits." />}
        </Loaded>
      </Section>
    </Page>
  );
}

function Deeds({ of }: { of: Limits }) {
  const rights = useRights();
  const go = useGo();
  const remove = useChange(
    () => given(api.DELETE("/api/limits/{name}", { params: { path: { name: of.name } } })),
    { stale: ["limits", "standing"], gone: ["limits", of.name], done: () => `The limits ${of.name} are removed.`, onDone: () => go("/limits") },
  );
  if (!rights.change || of.source !== "store") return null;
  return (
    <ChangeAndRemove what="limits" name={of.name} edit={`/limits/${of.name}/edit`} onRemove={() => remove.mutateAsync()}>
      <p>{of.used_by.length === 0 ? "Nobody has them." : `They are kept as long as somebody has them: ${of.used_by.join(", ")}.`}</p>
    </ChangeAndRemove>
  );
}
