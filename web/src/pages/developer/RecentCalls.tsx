import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";
import { useGo } from "@/pages/go";
import type { Rights } from "@/pages/rights";

type Call = components["schemas"]["Call"];

const TONES = { ok: "ok", failed: "error", cut: "error", abandoned: "neutral", refused: "warn" } as const;

const COLUMNS: readonly Column<Call>[] = [
  { id: "at", header: "When", required: true, width: 8, sort: (call) => call.at, cell: (call) => <Link to={`/calls/${call.id}`}><When at={call.at} /></Link> },
  { id: "model", header: "Model", width: 10, sort: (call) => call.model, cell: (call) => <span className="num">{call.model}</span> },
  { id: "endpoint", header: "Endpoint", width: 9, sort: (call) => call.endpoint, cell: (call) => <span className="num">{call.endpoint}</span> },
  { id: "outcome", header: "Outcome", width: 10, sort: (call) => call.outcome, cell: (call) => <Status tone={TONES[call.outcome]}>{call.error === "" ? call.outcome : call.error}</Status> },
  { id: "tokens", header: "Tokens in, out", width: 8, align: "end", sort: (call) => call.prompt_tokens + call.completion_tokens, cell: (call) => <><Num value={call.prompt_tokens} />, <Num value={call.completion_tokens} /></> },
  { id: "first", header: "First token", width: 7, align: "end", sort: (call) => call.first_token_ms, cell: (call) => <Duration ms={call.first_token_ms} /> },
  { id: "latency", header: "Latency", width: 7, align: "end", sort: (call) => call.latency_ms, cell: (call) => <Duration ms={call.latency_ms} /> },
  { id: "cost", header: "Cost", width: 6, align: "end", sort: (call) => Number(call.cost ?? 0), cell: (call) => <Money usd={call.cost} /> },
];

/** The reader's last calls: those of the user, or of the key where there is no user. */
export function RecentCalls({ rights }: { rights: Rights }) {
  const go = useGo();
  const whose = rights.user !== "" ? { user: rights.user } : { key: rights.keyId };
  const query = useQuery({
    queryKey: ["usage", "mine", whose],
    queryFn: ({ signal }) => given(api.GET("/api/usage", { params: { query: { ...whose, limit: 25 } }, signal })),
    enabled: rights.user !== "" || rights.keyId !== "",
    refetchInterval: 5_000,
  });
  return (
    <Section title="Your recent calls" actions={<Link to="/calls" search={whose} look="quiet">All of them</Link>}>
      <Loaded query={query} what="your calls" lines={6}>
        {({ data }) => (
          <DataTable
            label="Your recent calls"
            name="own-calls"
            columns={COLUMNS}
            rows={data}
            rowKey={(call) => call.id}
            onOpen={(call) => go(`/calls/${call.id}`)}
            empty={<Empty title="No calls yet">Send one with the request builder, or with the quick start.</Empty>}
          />
        )}
      </Loaded>
    </Section>
  );
}
