import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Chart } from "@/kit/Chart";
import { Code } from "@/kit/Code";
import { Drawer } from "@/kit/Drawer";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { Num } from "@/kit/Num";
import { When } from "@/kit/When";

type ErrorDetail = components["schemas"]["ErrorDetail"];

interface DetailProps {
  fingerprint: string;
  since: string;
  until: string | undefined;
  onClose: () => void;
}

function Whole({ error, since, until }: { error: ErrorDetail; since: string; until: string | undefined }) {
  const at = useMemo(() => error.periods.map((each) => Date.parse(each)), [error]);
  const series = useMemo(() => [{ id: "count", label: "Errors", values: error.counts }], [error]);
  const search = {
    since,
    ...(until === undefined ? {} : { until }),
    error: error.code,
    ...(error.provider === "" || error.saved > 0 ? {} : { provider: error.provider, deployment: error.deployment }),
    ...(error.endpoint === "" ? {} : { endpoint: error.endpoint }),
  };
  return (
    <>
      {error.hint !== "" && <p>{error.hint}</p>}
      <Chart title="How often" kind="bars" at={at} series={series} height={8} />
      <Facts
        facts={[
          { term: "Code", value: <code>{error.code}</code> },
          { term: "Status", value: <Num value={error.status} /> },
          error.provider !== "" && { term: "Provider", value: `${error.provider}/${error.deployment}` },
          error.endpoint !== "" && { term: "Endpoint", value: <code>{error.endpoint}</code> },
          { term: "In this time", value: <Num value={error.count} /> },
          error.saved > 0 && { term: "Answered all the same", value: <Num value={error.saved} /> },
          { term: "First seen", value: <When at={error.first_seen} /> },
          { term: "Last seen", value: <When at={error.last_seen} /> },
          { term: "Keys", value: error.affected.map(({ id, name }) => name ?? id).join(", ") || "none" },
        ]}
      />
      <Code code={error.message} label="Newest message" wrap height={16} />
      <p>
        <Link to={`/calls/${encodeURIComponent(error.example_id)}`} look="primary">
          Open the newest call
        </Link>{" "}
        <Link to="/calls" search={search} look="normal">
          All calls that ended so
        </Link>
      </p>
    </>
  );
}

/** One kind of error: what it is, what to do, how often it came, whom it met, and the way to its calls. */
export function Detail({ fingerprint, since, until, onClose }: DetailProps) {
  const query = { since, ...(until === undefined ? {} : { until }) };
  const error = useQuery({
    queryKey: ["error", fingerprint, query],
    queryFn: () => given(api.GET("/api/errors/{fingerprint}", { params: { path: { fingerprint }, query } })),
  });
  return (
    <Drawer title={error.data?.pattern ?? "Error"} size="lg" isOpen onOpenChange={(open) => !open && onClose()}>
      {error.isPending && <Loading label="Loading the error" lines={10} />}
      {error.isError && <ErrorNote error={error.error} title="The error could not be loaded." onRetry={() => void error.refetch()} />}
      {error.isSuccess && <Whole error={error.data} since={since} until={until} />}
    </Drawer>
  );
}
