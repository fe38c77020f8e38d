import { useQuery } from "@tanstack/react-query";

import { Badge } from "@/kit/Badge";
import { Duration } from "@/kit/Duration";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { Status } from "@/kit/Status";
import { abilities, EndOf, perMillion, PriceOf } from "@/pages/models/facts";
import { type Deployment, healthQuery, type Model } from "@/pages/models/model";
import { Breaker } from "@/pages/providers/Health";
import type { DeploymentHealth } from "@/pages/providers/provider";

/** The deployments behind a model, with what the catalogue knows of each and how it is doing. */
export function ModelDeployments({ of }: { of: Model }) {
  const health = useQuery(healthQuery).data?.data ?? [];
  return (
    <ol className="model-deployments">
      {of.deployments.map((one) => (
        <li key={`${one.provider}/${one.model}`}>
          <OneDeployment of={one} health={health.find((each) => each.deployment === `${one.provider}/${one.model}`)} weighed={of.strategy === "weighted"} />
        </li>
      ))}
    </ol>
  );
}

function OneDeployment({ of, health, weighed }: { of: Deployment; health: DeploymentHealth | undefined; weighed: boolean }) {
  const able = abilities(of);
  return (
    <>
      <div className="model-deployments__head">
        <strong className="num">
          <Link to={`/providers/${of.provider}`}>{of.provider}</Link>/{of.model}
        </strong>
        {of.state === "ready" && health !== undefined && <Breaker of={health} />}
        {of.state !== "ready" && <Status tone="error">{of.state}</Status>}
        {!of.known && <Badge>not in the catalogue</Badge>}
      </div>
      {of.reason !== "" && <p>{of.reason}</p>}
      <Facts
        look="row"
        facts={[
          { term: "$ / M in, out", value: <PriceOf of={of} /> },
          of.price?.cached_input != null && { term: "cached", value: <span className="num">{perMillion(of.price.cached_input)}</span> },
          { term: "Context", value: <Num value={of.context} /> },
          { term: "Answer at most", value: <Num value={of.max_output} /> },
          of.deprecated !== null && { term: "Ends", value: <EndOf of={of} /> },
          weighed && { term: "Weight", value: <Num value={of.weight} /> },
          health !== undefined && { term: "First token p50", value: <Duration ms={health.first_token_p50_ms} /> },
          health !== undefined && { term: "Under way", value: <Num value={health.in_flight} /> },
        ]}
      />
      <p>{able.length === 0 ? "What it can do is not known: its provider decides." : `It can: ${able.join(", ")}.`}</p>
    </>
  );
}
