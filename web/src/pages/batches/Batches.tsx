import { useInfiniteQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Money } from "@/kit/Money";
import { Page } from "@/kit/Page";
import { When } from "@/kit/When";
import { type Batch, BatchProgress, BatchState } from "@/pages/batches/batch";
import { useGo } from "@/pages/go";

const PAGE = 200;
const REFRESH_MS = 5_000;

const COLUMNS: readonly Column<Batch>[] = [
  { id: "id", header: "Batch", required: true, width: 14, cell: (one) => <Link to={`/batches/${one.id}`}>{one.id}</Link> },
  { id: "status", header: "State", width: 8, cell: (one) => <BatchState of={one} /> },
  { id: "progress", header: "Lines done", width: 12, cell: (one) => <BatchProgress of={one} /> },
  { id: "model", header: "Model", width: 9, cell: (one) => (one.model === "" ? "several" : one.model) },
  { id: "endpoint", header: "Asks for", width: 10, cell: (one) => <span className="num">{one.endpoint}</span> },
  { id: "runner", header: "Run by", width: 8, cell: (one) => (one.runner === "native" ? one.provider : one.runner) },
  { id: "key", header: "Key", width: 8, cell: (one) => <Link to={`/keys/${one.key_id}`}>{one.key_name ?? one.key_id}</Link> },
  { id: "cost", header: "Cost", width: 6, align: "end", cell: (one) => <Money usd={one.cost} /> },
  { id: "made", header: "Made", width: 8, cell: (one) => <When at={one.created_at} relative /> },
];

/** The batches of all keys, newest first. */
export default function Batches() {
  const go = useGo();
  const query = useInfiniteQuery({
    queryKey: ["batches"],
    queryFn: ({ pageParam, signal }) =>
      given(api.GET("/api/batches", { params: { query: { limit: PAGE, ...(pageParam === "" ? {} : { before: pageParam }) } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: REFRESH_MS,
  });
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Page title="Batches" lead="Files of many requests, answered when there is room, within a day.">
      {query.isError && <ErrorNote title="Could not load the batches." error={query.error} onRetry={() => void query.refetch()} />}
      <DataTable
        label="Batches"
        name="batches"
        columns={COLUMNS}
        rows={rows}
        rowKey={(one) => one.id}
        loading={query.isPending}
        total={query.hasNextPage ? null : rows.length}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        onOpen={(one) => go(`/batches/${one.id}`)}
        empty={
          <Empty title="No batches yet" icon="batches" actions={<Link to="/developer" look="normal">How to make one</Link>}>
            Upload a file of lines to /v1/files, then POST /v1/batches.
          </Empty>
        }
      />
    </Page>
  );
}
