import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import { api, given } from "@/api/client";
import { Copy } from "@/kit/Copy";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Timeline } from "@/kit/Timeline";
import { When } from "@/kit/When";
import { reasons, type RoutedCall, story } from "@/pages/call/story";
import { useSteps } from "@/pages/call/useSteps";
import { Outcome } from "@/traffic/Outcome";

const CRUMBS = [{ label: "Calls", to: "/calls" }];

function Failure({ call }: { call: RoutedCall }) {
  if (call.error === "") return null;
  return (
    <Section title="What went wrong">
      <p>
        {call.message === "" ? "No message is known." : call.message} <code>{call.error}</code>
      </p>
      {call.hint !== "" && <p>{call.hint}</p>}
      <p>
        <Link to="/calls" search={{ error: call.error, since: "7d" }}>
          Calls that ended so in the last 7 days
        </Link>
      </p>
    </Section>
  );
}

function Numbers({ call }: { call: RoutedCall }) {
  const speed = call.latency_ms - (call.first_token_ms ?? 0);
  return (
    <Facts
      look="row"
      facts={[
        { term: "Outcome", value: <Outcome of={call.outcome} /> },
        { term: "Took", value: <Duration ms={call.latency_ms} /> },
        { term: "First token", value: <Duration ms={call.first_token_ms} /> },
        { term: "Tokens in", value: <Num value={call.prompt_tokens} /> },
        { term: "Tokens out", value: <Num value={call.completion_tokens} /> },
        call.completion_tokens > 0 && speed > 0 && { term: "Speed", value: <Num value={(call.completion_tokens * 1000) / speed} unit="tok/s" /> },
        { term: "Cost", value: <Money usd={call.cost} /> },
      ]}
    />
  );
}

function Details({ call }: { call: RoutedCall }) {
  return (
    <Facts
      facts={[
        { term: "Id", value: <Copy text={call.id} what="the call's id" /> },
        { term: "Began", value: <When at={call.at} /> },
        { term: "Model", value: <Link to="/calls" search={{ model: call.model }}>{call.model}</Link> },
        call.provider !== "" && { term: "Provider", value: `${call.provider}/${call.deployment}` },
        { term: "Key", value: <Link to="/calls" search={{ key: call.key_id }}>{call.key_name ?? call.key_id}</Link> },
        call.team !== "" && { term: "Team", value: call.team },
        call.user !== "" && { term: "User", value: call.user },
        { term: "Endpoint", value: <code>{call.endpoint}</code> },
        { term: "Status", value: <Num value={call.status} /> },
        { term: "Streamed", value: call.streamed ? "yes" : "no" },
        { term: "Attempts", value: <Num value={call.attempts} /> },
        { term: "Fallbacks", value: <Num value={call.fallbacks} /> },
        { term: "Cache", value: call.cache === "" ? "not asked" : call.cache },
        call.saved !== null && { term: "Saved by the cache", value: <Money usd={call.saved} /> },
        call.cached_tokens > 0 && { term: "Read from the provider's cache", value: <Num value={call.cached_tokens} unit="tokens" /> },
        call.cache_write_tokens > 0 && { term: "Written to the provider's cache", value: <Num value={call.cache_write_tokens} unit="tokens" /> },
        call.reasoning_tokens > 0 && { term: "Reasoning", value: <Num value={call.reasoning_tokens} unit="tokens" /> },
        call.estimated && { term: "Tokens", value: "counted by the gateway: the provider told none" },
        call.trace !== "" && { term: "Trace", value: <Copy text={call.trace} what="the traceparent" /> },
      ]}
    />
  );
}

function Told({ call }: { call: RoutedCall }) {
  const entries = useMemo(() => story(call), [call]);
  const steps = useSteps(call);
  const later = steps.data ?? [];
  const end = Math.max(call.latency_ms, ...later.map(({ at, ms }) => (at ?? 0) + (ms ?? 0)));
  return (
    <>
      <Numbers call={call} />
      <Failure call={call} />
      <Section title="Why it went there" lead="How the route was chosen, as switchgear why tells it.">
        <ol>
          {reasons(call).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      </Section>
      <Section title="What happened" lead="In order, from the call's first moment. The grey part of a bar is the wait for the first token.">
        <Timeline label="What happened" entries={[...entries, ...later]} total={end} />
        {steps.isError && <ErrorNote error={steps.error} title="What came after the first step could not be loaded." onRetry={() => void steps.refetch()} />}
      </Section>
      <Section title="Bodies">
        <p>Not kept: this gateway records what a call was and what became of it, never what was asked or answered.</p>
      </Section>
      <Section title="Details">
        <Details call={call} />
      </Section>
    </>
  );
}

/** One call: what it was, why it went where it went, everything that happened, and what it cost. */
export default function Call() {
  const { id = "" }: { id?: string } = useParams({ strict: false });
  const call = useQuery({
    queryKey: ["call", id],
    queryFn: () => given(api.GET("/api/usage/{call_id}", { params: { path: { call_id: id } } })),
    staleTime: Infinity, // a call that ended does not change
  });
  return (
    <Page title={call.data === undefined ? "Call" : `Call of ${call.data.model || "no model"}`} crumbs={CRUMBS}>
      {call.isPending && <Loading label="Loading the call" lines={12} />}
      {call.isError && <ErrorNote error={call.error} title="The call could not be loaded." onRetry={() => void call.refetch()} />}
      {call.isSuccess && <Told call={call.data} />}
    </Page>
  );
}
