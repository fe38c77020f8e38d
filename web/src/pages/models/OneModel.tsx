import "@/pages/models/models.css";

import { useQuery } from "@tanstack/react-query";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ChangeAndRemove } from "@/kit/ChangeAndRemove";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { useGo, useParam } from "@/pages/go";
import { callingFacts } from "@/pages/models/calling";
import { StateOf } from "@/pages/models/facts";
import { ModelDeployments } from "@/pages/models/ModelDeployments";
import { type Model, modelPath, modelQuery } from "@/pages/models/model";
import { Pull } from "@/pages/models/Pull";
import { useRights } from "@/pages/rights";

type TestResult = components["schemas"]["TestResult"];

/** One model: what stands behind it, what is known of that, and how it is doing; to test, and an alias to change. */
export default function OneModel() {
  const name = useParam("name");
  const rights = useRights();
  const query = useQuery(modelQuery(name));
  const test = useChange<TestResult>(
    () => given(api.POST("/api/models/{name}/test", { params: { path: { name } } })),
    { stale: ["health"] },
  );
  return (
    <Page
      title={name}
      crumbs={[{ label: "Models", to: "/models" }]}
      actions={
        <>
          {rights.change && (
            <Button icon="play" onPress={() => test.mutate()} isPending={test.isPending}>
              Test
            </Button>
          )}
          {query.data && <Deeds of={query.data} change={rights.change} />}
        </>
      }
    >
      {test.isError && <ErrorNote title="The test could not be made." error={test.error} />}
      {test.data !== undefined && <Tested of={test.data} />}
      <Loaded query={query} what="the model" lines={10}>
        {(model) => (
          <>
            <About of={model} />
            {model.kind === "embedded" && rights.change && <Pull name={model.name} />}
            <Section title="Deployments" lead={model.kind === "alias" ? "What answers, in order of preference." : "What answers."}>
              <ModelDeployments of={model} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function names(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : typeof value === "string" ? value : "";
}

function About({ of }: { of: Model }) {
  const settings = of.settings ?? {};
  const row = (term: string, field: string) => {
    const text = names(settings[field]);
    return text !== "" && { term, value: text };
  };
  return (
    <Facts
      facts={[
        { term: "State", value: <StateOf of={of} /> },
        of.reason !== "" && { term: "Because", value: of.reason },
        { term: "Kind", value: of.kind },
        { term: "Defined in", value: of.source },
        of.kind === "alias" && { term: "Strategy", value: of.strategy },
        row("Falls back to", "fallbacks"),
        row("What is too long goes to", "context_fallbacks"),
        row("What was refused goes to", "content_fallbacks"),
        row("Images go to", "vision_fallback"),
        typeof settings.limits === "string" && { term: "Limits", value: <Link to={`/limits/${settings.limits}`}>{settings.limits}</Link> },
        ...callingFacts(settings),
        { term: "Calls", value: <Link to="/calls" search={{ model: of.name }}>Calls of this model</Link> },
      ]}
    />
  );
}

function Tested({ of }: { of: TestResult }) {
  return (
    <div className="model-test" role="status">
      <p>
        <Status tone={of.ok ? "ok" : "error"}>{of.ok ? "It answered" : "It did not work"}</Status>
      </p>
      {of.error !== null && (
        <p>
          {of.error.message} {of.error.hint}
        </p>
      )}
      {of.answer !== null && <blockquote>{of.answer}</blockquote>}
      <Facts
        look="row"
        facts={[
          { term: "Latency", value: <Duration ms={of.latency_ms} /> },
          { term: "First token", value: <Duration ms={of.first_token_ms} /> },
          { term: "Tokens/s", value: <Num value={of.tokens_per_second} digits={1} /> },
          { term: "Call", value: <Link to={`/calls/${of.request_id}`}>{of.request_id}</Link> },
        ]}
      />
    </div>
  );
}

function Deeds({ of, change }: { of: Model; change: boolean }) {
  const go = useGo();
  const remove = useChange(
    () => given(api.DELETE("/api/models/{name}", { params: { path: { name: of.name } } })),
    {
      stale: ["models", "limits", "health"],
      gone: ["models", of.name],
      done: () => `${of.name} is removed.`,
      onDone: () => go("/models"),
    },
  );
  if (!change || of.kind !== "alias" || of.source !== "store") return null;
  return (
    <ChangeAndRemove what="alias" name={of.name} edit={`${modelPath(of.name)}/edit`} onRemove={() => remove.mutateAsync()}>
      <p>Calls of {of.name} are refused from then on. The models behind it stay.</p>
    </ChangeAndRemove>
  );
}
