import { ApiError } from "@/api/client";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Loading } from "@/kit/Loading";
import { Status } from "@/kit/Status";
import { Tabs } from "@/kit/Tabs";
import { Tree } from "@/kit/Tree";
import { Sample } from "@/pages/kit/Sample";

const AWAY = new ApiError(0, null, "The gateway cannot be reached. Is it running?");
const CALL = [
  {
    id: "call",
    label: "POST /v1/chat/completions",
    detail: <span className="num">8,294 ms</span>,
    children: [
      { id: "auth", label: "authenticate", detail: <span className="num">0.1 ms</span> },
      {
        id: "route",
        label: "route fast",
        children: [
          { id: "openai", label: "openai", detail: <Status tone="error">timeout</Status> },
          { id: "claude", label: "claude", detail: <Status tone="ok">stop</Status> },
        ],
      },
    ],
  },
];

/** What is told: states, facts, and the three that every page has. */
export function States() {
  return (
    <>
      <Sample name="Status and badge" lead="The mark's form differs as its colour does, and the word says it.">
        <Status tone="live">streaming</Status>
        <Status tone="ok">healthy</Status>
        <Status tone="warn">half open</Status>
        <Status tone="error">open</Status>
        <Status tone="info">starting</Status>
        <Status tone="neutral">disabled</Status>
        <Badge>0.1.0</Badge>
        <Badge tone="ok">signed</Badge>
        <Badge tone="warn">unsigned</Badge>
        <Badge tone="error">quarantined</Badge>
        <Badge tone="info">embedded</Badge>
      </Sample>
      <Sample name="Facts" look="block">
        <Facts
          look="row"
          facts={[
            { term: "Calls, 24 h", value: <span className="num">18,204</span> },
            { term: "Errors", value: <span className="num">0.4 %</span> },
            { term: "First token, p50", value: <span className="num">290 ms</span> },
            { term: "Cost", value: <span className="num">$41.07</span> },
          ]}
        />
        <Facts
          facts={[
            { term: "Provider", value: "openai" },
            { term: "Base URL", value: <code>https://api.openai.com/v1</code> },
            { term: "State", value: <Status tone="ok">healthy</Status> },
          ]}
        />
      </Sample>
      <Sample name="Nothing, not yet, not possible" look="grid">
        <Empty title="No keys yet" icon="keys" actions={<Button tone="primary">Make a key</Button>}>
          A key is what a client presents. Make one for each program, so that one can be revoked alone.
        </Empty>
        <Loading label="Loading keys" lines={5} />
        <ErrorNote error={AWAY} title="The keys could not be loaded." onRetry={() => undefined} />
      </Sample>
      <Sample name="Tabs and tree" look="block">
        <Tabs
          label="Key ci"
          items={[
            { id: "facts", label: "Facts", content: <p>Made in November.</p> },
            { id: "calls", label: "Calls", count: 1204, content: <Tree label="A call" nodes={CALL} opened={["call", "route"]} onSelect={() => undefined} selected="claude" /> },
            { id: "audit", label: "Audit", isDisabled: true, content: null },
          ]}
        />
      </Sample>
    </>
  );
}
