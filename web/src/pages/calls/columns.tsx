import type { Column } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { When } from "@/kit/When";
import type { Call } from "@/pages/calls/useCalls";
import { Outcome } from "@/traffic/Outcome";

/** What the log shows of a call. */
export const COLUMNS: Column<Call>[] = [
  {
    id: "at",
    header: "Began",
    cell: ({ at }) => <When at={at} />,
    width: 7,
    grow: 0,
    required: true,
  },
  { id: "outcome", header: "Outcome", cell: ({ outcome }) => <Outcome of={outcome} />, width: 6.5, grow: 0 },
  { id: "model", header: "Model", cell: ({ model }) => model, width: 8.5, grow: 2 },
  { id: "provider", header: "Provider", cell: ({ provider }) => provider, width: 6.5 },
  { id: "key", header: "Key", cell: ({ key_name, key_id }) => key_name ?? key_id, width: 6.5 },
  { id: "error", header: "Error", cell: ({ error, message }) => <span title={message}>{error}</span>, width: 9 },
  { id: "latency", header: "Took", cell: ({ latency_ms }) => <Duration ms={latency_ms} />, width: 5.5, grow: 0, align: "end" },
  { id: "first", header: "First token", cell: ({ first_token_ms }) => <Duration ms={first_token_ms} />, width: 6, grow: 0, align: "end" },
  { id: "in", header: "Tokens in", cell: ({ prompt_tokens }) => <Num value={prompt_tokens} />, width: 5.5, grow: 0, align: "end" },
  { id: "out", header: "Tokens out", cell: ({ completion_tokens }) => <Num value={completion_tokens} />, width: 6, grow: 0, align: "end" },
  { id: "cost", header: "Cost", cell: ({ cost }) => <Money usd={cost} />, width: 6.25, grow: 0, align: "end" },
  { id: "cache", header: "Cache", cell: ({ cache }) => cache, width: 6, hidden: true },
  { id: "attempts", header: "Attempts", cell: ({ attempts }) => <Num value={attempts} />, width: 6, grow: 0, align: "end", hidden: true },
  { id: "status", header: "Status", cell: ({ status }) => <Num value={status} />, width: 5, grow: 0, align: "end", hidden: true },
  { id: "deployment", header: "Deployment", cell: ({ deployment }) => deployment, width: 9, hidden: true },
  { id: "endpoint", header: "Endpoint", cell: ({ endpoint }) => endpoint, width: 9, hidden: true },
  { id: "team", header: "Team", cell: ({ team }) => team, width: 7, hidden: true },
  { id: "user", header: "User", cell: ({ user }) => user, width: 7, hidden: true },
  { id: "id", header: "Id", cell: ({ id }) => <code>{id}</code>, width: 14, hidden: true },
];
