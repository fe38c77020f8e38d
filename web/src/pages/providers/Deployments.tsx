import { Fragment, useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Duration } from "@/kit/Duration";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { When } from "@/kit/When";
import { Breaker } from "@/pages/providers/Health";
import { DeploymentHistory } from "@/pages/providers/DeploymentHistory";
import type { DeploymentHealth } from "@/pages/providers/provider";
import { modelPath } from "@/pages/models/model";

interface DeploymentsProps {
  of: readonly DeploymentHealth[];
  /** Whether breakers may be reset. */
  change: boolean;
}

/** Deployments with their breakers: what state they are in and why, how fast they are, what happened, and the reset. */
export function Deployments({ of, change }: DeploymentsProps) {
  if (of.length === 0) return <p>Nothing of it was called since the start or its last change, and no alias names it.</p>;
  return (
    <ul className="deployments">
      {of.map((one) => (
        <li key={one.deployment} className="deployments__one">
          <div className="deployments__head">
            <strong className="num">{one.model}</strong>
            <Breaker of={one} whole />
            {change && one.state !== "closed" && <Reset of={one} />}
          </div>
          {one.reason !== "" && (
            <p>
              {one.reason}
              {one.retry_at !== null && (
                <>
                  . It is tried again <When at={one.retry_at} relative />
                </>
              )}
            </p>
          )}
          <Facts
            look="row"
            facts={[
              { term: "Under way", value: <Num value={one.in_flight} /> },
              { term: "First token p50", value: <Duration ms={one.first_token_p50_ms} /> },
              { term: "First token p95", value: <Duration ms={one.first_token_p95_ms} /> },
              { term: "Tokens/s", value: <Num value={one.tokens_per_second} digits={1} /> },
              { term: "Errors of late", value: <Num value={one.error_rate === null ? null : one.error_rate * 100} digits={1} unit="%" /> },
              one.state === "recovering" && { term: "Share of calls", value: <Num value={one.share * 100} unit="%" /> },
              one.aliases.length > 0 && {
                term: "Behind",
                value: one.aliases.map((alias, place) => (
                  <Fragment key={alias}>
                    {place > 0 && ", "}
                    <Link to={modelPath(alias)}>{alias}</Link>
                  </Fragment>
                )),
              },
            ]}
          />
          <DeploymentHistory deployment={one.deployment} />
        </li>
      ))}
    </ul>
  );
}

function Reset({ of }: { of: DeploymentHealth }) {
  const [open, setOpen] = useState(false);
  const reset = useChange(
    () => given(api.POST("/api/health/{deployment}/reset", { params: { path: { deployment: of.deployment } } })),
    { stale: ["health"], done: () => `The breaker of ${of.deployment} is closed.` },
  );
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Reset breaker
      </Button>
      <ConfirmDialog
        title={`Reset the breaker of ${of.deployment}?`}
        confirm="Reset breaker"
        tone="primary"
        isOpen={open}
        onOpenChange={setOpen}
        onConfirm={() => reset.mutateAsync()}
      >
        <p>Calls go there again at once, in all processes. If it still fails, the breaker opens again by itself.</p>
      </ConfirmDialog>
    </>
  );
}
