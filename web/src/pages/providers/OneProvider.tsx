import "@/pages/providers/providers.css";

import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ChangeAndRemove } from "@/kit/ChangeAndRemove";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { useGo, useParam } from "@/pages/go";
import { healthQuery } from "@/pages/models/model";
import { Deployments } from "@/pages/providers/Deployments";
import { ProviderCourse } from "@/pages/providers/ProviderCourse";
import { type Provider, providerQuery, type ProviderTest } from "@/pages/providers/provider";
import { TestResult } from "@/pages/providers/TestResult";
import { useRights } from "@/pages/rights";

/** One provider: how it is doing, how it did, what it offers; to test, change and remove it. */
export default function OneProvider() {
  const name = useParam("name");
  const { since = "24h" }: { since?: string } = useSearch({ strict: false });
  const rights = useRights();
  const query = useQuery(providerQuery(name));
  const health = useQuery(healthQuery);
  const test = useChange<ProviderTest>(
    () => given(api.POST("/api/providers/{name}/test", { params: { path: { name } } })),
    { stale: ["health"] },
  );
  return (
    <Page
      title={name}
      crumbs={[{ label: "Providers", to: "/providers" }]}
      actions={
        query.data && (
          <>
            {rights.change && (
              <Button icon="play" onPress={() => test.mutate()} isPending={test.isPending} isDisabled={query.data.state === "failed"}>
                Test
              </Button>
            )}
            <Deeds of={query.data} change={rights.change} />
          </>
        )
      }
    >
      {test.isError && <ErrorNote title="The test could not be made." error={test.error} />}
      {test.data !== undefined && <TestResult of={test.data} />}
      <Loaded query={query} what="the provider">
        {(provider) => <About of={provider} />}
      </Loaded>
      <Section title="Deployments" lead="Its models that were called or stand behind an alias, live.">
        <Loaded query={health} what="the health">
          {({ data }) => <Deployments of={data.filter((one) => one.provider === name)} change={rights.change} />}
        </Loaded>
      </Section>
      <ProviderCourse name={name} since={since} />
    </Page>
  );
}

function About({ of }: { of: Provider }) {
  return (
    <>
      {of.state === "failed" && <ErrorNote title="It cannot be called." error={of.reason} />}
      <Facts
        facts={[
          { term: "Kind", value: of.kind },
          of.base_url !== null && { term: "Address", value: <span className="num">{of.base_url}</span> },
          { term: "Key", value: of.api_key === null ? "none" : <span className="num">{of.api_key}</span> },
          { term: "Defined in", value: of.source },
          { term: "Can be asked for", value: of.supports.map((one) => `${one.what} (${one.how})`).join(", ") || "nothing" },
          { term: "Calls", value: <Link to="/calls" search={{ provider: of.name }}>Calls that went there</Link> },
        ]}
      />
    </>
  );
}

function Deeds({ of, change }: { of: Provider; change: boolean }) {
  const go = useGo();
  const remove = useChange(
    () => given(api.DELETE("/api/providers/{name}", { params: { path: { name: of.name } } })),
    {
      stale: ["providers", "models", "secrets", "health"],
      gone: ["providers", of.name],
      done: () => `${of.name} is removed.`,
      onDone: () => go("/providers"),
    },
  );
  if (!change || of.source !== "store") return null;
  return (
    <ChangeAndRemove what="provider" name={of.name} edit={`/providers/${of.name}/edit`} onRemove={() => remove.mutateAsync()}>
      <p>Its models cannot be called any more, and its key is forgotten. Calls that were made stay in the usage.</p>
    </ChangeAndRemove>
  );
}
