import type { components } from "@/api/schema";
import { Copy } from "@/kit/Copy";
import { type Column, DataTable } from "@/kit/DataTable";
import { Facts } from "@/kit/Facts";
import { number } from "@/kit/format";
import { Num } from "@/kit/Num";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";

type GatewayStatus = components["schemas"]["Status"];
type Worker = components["schemas"]["WorkerStatus"];

const MIB = 1024 * 1024;

function Memory({ bytes }: { bytes: number }) {
  return <span className="num">{number(bytes / MIB)} MiB</span>;
}

/** How the gateway is doing: its version, store, state, and what it has. */
export function StatusFacts({ of }: { of: GatewayStatus }) {
  const { store, state } = of;
  return (
    <Facts
      facts={[
        { term: "Version", value: <span className="num">{of.version}</span> },
        { term: "Address", value: <Copy text={of.url} what="the address" /> },
        { term: "Runs since", value: <When at={of.started_at} /> },
        { term: "Calls under way", value: <Num value={of.calls_in_flight} /> },
        { term: "Memory", value: <Memory bytes={of.memory_bytes} /> },
        { term: "Store", value: <><Status tone={store.state === "ready" ? "ok" : "error"}>{store.state}</Status> · {store.kind}, {store.durability} {store.reason}</> },
        { term: "Usage records", value: <>
            <Status tone={store.usage_state === "ok" ? "ok" : "warn"}>{store.usage_state}</Status> · <Num value={store.usage_pending} unit="waiting" />
            {store.usage_lost > 0 && <>, <Num value={store.usage_lost} unit="lost" /></>}
            {store.usage_spooled > 0 && <>, <Num value={store.usage_spooled} unit="on disk" /></>}
          </> },
        { term: "State", value: <><Status tone={state.state === "ok" ? "ok" : "error"}>{state.state}</Status> · {state.shared ? `shared by ${state.members} nodes` : "of this node alone"} {state.reason}</> },
        ...of.embedded.map((model) => ({
          term: `Embedded ${model.name}`,
          value: <><Status tone={model.state === "ready" ? "ok" : model.state === "stopped" ? "neutral" : "warn"}>{model.state}</Status> {model.reason !== "" && <>· {model.reason}</>}</>,
        })),
      ]}
    />
  );
}

const COLUMNS: readonly Column<Worker>[] = [
  { id: "number", header: "Worker", required: true, width: 5, cell: (one) => <Num value={one.number} /> },
  { id: "state", header: "State", width: 8, cell: (one) => <Status tone={one.state === "ready" ? "ok" : "warn"}>{one.state}</Status> },
  { id: "pid", header: "Process", width: 6, align: "end", cell: (one) => <span className="num">{one.pid}</span> },
  { id: "live", header: "Calls under way", width: 7, align: "end", cell: (one) => <Num value={one.calls_in_flight} /> },
  { id: "memory", header: "Memory", width: 7, align: "end", cell: (one) => <Memory bytes={one.memory_bytes} /> },
  { id: "restarts", header: "Replaced", width: 6, align: "end", cell: (one) => <Num value={one.restarts} /> },
  { id: "since", header: "Since", width: 8, cell: (one) => <When at={one.started_at} relative /> },
  { id: "reason", header: "Because", width: 10, cell: (one) => one.reason },
];

/** The worker processes of the host that answers. */
export function Workers({ of }: { of: readonly Worker[] }) {
  if (of.length < 2) return null;
  return <DataTable label="Workers" name="workers" columns={COLUMNS} rows={of} rowKey={(one) => String(one.number)} />;
}
