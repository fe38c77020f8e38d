import "@/pages/overview/overview.css";

import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";

import { Chart } from "@/kit/Chart";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { type Fact, Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";
import { Deployments } from "@/pages/overview/Deployments";
import { NextSteps } from "@/pages/overview/NextSteps";
import { useHour, useLastErrors, useStatus, useToday, useWaiting } from "@/pages/overview/useOverview";

const RECENT = 5;
const CALLS = "/calls" as string; // the router knows its addresses only at run time

/** Calls a second over the last minutes that are over. */
function rate(counts: readonly unknown[]): number {
  const recent = counts.slice(-RECENT - 1, -1);
  return recent.reduce<number>((sum, each) => sum + Number(each ?? 0), 0) / Math.max(1, recent.length * 60);
}

function Now() {
  const [status, hour, today, waiting] = [useStatus(), useHour(), useToday(), useWaiting()];
  const facts: Fact[] = [
    { term: "Calls a second", value: <Num value={hour.data && rate(hour.data.series.count ?? [])} digits={2} /> },
    { term: "Under way", value: <Num value={status.data?.calls_in_flight} /> },
    { term: "Errors, last hour", value: <Num value={hour.data?.total.errors} /> },
    { term: "Calls today", value: <Num value={today.data?.total.count} /> },
    { term: "Cost today", value: <Money usd={today.data?.total.cost} /> },
    { term: "Waiting for approval", value: <Num value={waiting.data?.data.length} /> },
    { term: "Up for", value: <Duration ms={status.data && status.data.uptime_seconds * 1000} /> },
  ];
  return (
    <>
      <Facts look="row" facts={facts} />
      {status.isError && <ErrorNote error={status.error} title="The gateway's state could not be loaded." onRetry={() => void status.refetch()} />}
      {status.data !== undefined && status.data.store.state !== "ready" && (
        <p role="alert">
          <Status tone="error">The store is {status.data.store.state}</Status> {status.data.store.reason}
        </p>
      )}
      {status.data?.state.state === "degraded" && (
        <p role="alert">
          <Status tone="warn">The shared state is degraded</Status> {status.data.state.reason}
        </p>
      )}
    </>
  );
}

function Traffic() {
  const hour = useHour();
  const navigate = useNavigate();
  const at = useMemo(() => hour.data?.periods.map((each) => Date.parse(each)) ?? [], [hour.data]);
  const series = useMemo(() => {
    const values = (of: "count" | "errors") => (hour.data?.series[of] ?? []).map((each) => Number(each ?? 0));
    return [
      { id: "count", label: "Calls", values: values("count") },
      { id: "errors", label: "Errors", values: values("errors") },
    ];
  }, [hour.data]);
  const open = (place: number) => {
    const since = at[place] ?? 0;
    const search = { since: new Date(since).toISOString(), until: new Date(since + 60_000).toISOString() };
    void navigate({ to: CALLS, search: search as never });
  };
  if (hour.isPending) return <Loading label="Loading the last hour" height="16rem" />;
  if (hour.isError) return <ErrorNote error={hour.error} title="The last hour could not be loaded." onRetry={() => void hour.refetch()} />;
  return <Chart title="Calls a minute" kind="area" live at={at} series={series} onOpen={open} />;
}

function Waiting() {
  const waiting = useWaiting();
  const calls = waiting.data?.data ?? [];
  if (calls.length === 0) return null;
  return (
    <Section title="Waiting for a person" actions={<Link to="/approvals" look="normal">Decide</Link>}>
      <ul className="overview__list" role="list">
        {calls.slice(0, RECENT).map(({ id, plugin, tool, key_name, at }) => (
          <li key={id}>
            <span>
              <code>
                {plugin}__{tool}
              </code>{" "}
              called by {key_name ?? "a key that is gone"}
            </span>
            <When at={at} relative />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function LastErrors() {
  const errors = useLastErrors();
  return (
    <Section title="Errors of the last day" actions={<Link to="/errors" look="normal">All errors</Link>}>
      {errors.isPending && <Loading label="Loading errors" lines={3} />}
      {errors.isError && <ErrorNote error={errors.error} title="The errors could not be loaded." onRetry={() => void errors.refetch()} />}
      {errors.isSuccess && errors.data.data.length === 0 && <p>Nothing failed.</p>}
      <ul className="overview__list" role="list">
        {errors.data?.data.map(({ fingerprint, pattern, code, count, last_seen }) => (
          <li key={fingerprint}>
            <Link to="/errors" search={{ show: fingerprint }} look="plain">
              {pattern || code}
            </Link>
            <span>
              <Num value={count} unit={count === 1 ? "time" : "times"} />, <When at={last_seen} relative />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What is live now, what fails, what waits; and where to begin. */
export default function Overview() {
  const [today, status] = [useToday(), useStatus()];
  return (
    <Page title="Overview">
      <Now />
      {today.data?.total.count === 0 && <NextSteps providers={status.data?.providers ?? 0} />}
      <Section title="The last hour" actions={<Link to="/usage" look="normal">Usage</Link>}>
        <Traffic />
      </Section>
      <Waiting />
      <Section title="Providers" actions={<Link to="/providers" look="normal">All providers</Link>}>
        <Deployments />
      </Section>
      <LastErrors />
    </Page>
  );
}
