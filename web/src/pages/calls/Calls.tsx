import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useFilters } from "@/address/useFilters";
import { Button } from "@/kit/Button";
import { DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { number } from "@/kit/format";
import { Link } from "@/kit/Link";
import { Page } from "@/kit/Page";
import { Status } from "@/kit/Status";
import { COLUMNS } from "@/pages/calls/columns";
import { type Call, useCalls } from "@/pages/calls/useCalls";
import { CALL_FILTERS } from "@/traffic/callFilters";
import { FilterBar } from "@/traffic/FilterBar";

const USUAL = "24h";

function addressOf({ id }: Call): string {
  return `/calls/${encodeURIComponent(id)}`;
}

function None({ narrowed, onAll }: { narrowed: boolean; onAll: () => void }) {
  if (narrowed) {
    return (
      <Empty title="No calls like these" icon="calls" actions={<Button onPress={onAll}>Show all calls</Button>}>
        Nothing in this time matches. Widen the time, or take a filter away.
      </Empty>
    );
  }
  return (
    <Empty title="No calls yet" icon="calls" actions={<Link to="/chat" look="normal">Open the chat</Link>}>
      Every call of a model stands here as soon as it ended: from the chat, or from any client that presents a key.
    </Empty>
  );
}

/** The log of calls: narrowed down by the address, growing while one looks, to the end of what is kept. */
export default function Calls() {
  const [filters, change] = useFilters(CALL_FILTERS);
  const [paused, setPaused] = useState(false);
  const navigate = useNavigate();
  const ended = filters.until !== undefined;
  const live = !paused && !ended;
  const { log, tail, calls } = useCalls(filters, USUAL, live);
  const narrowed = Object.keys(filters).length > 0;
  const all = () => change(Object.fromEntries(CALL_FILTERS.map((name) => [name, undefined])));
  const more = log.hasNextPage;
  const bring = () => {
    if (more && !log.isFetchingNextPage) void log.fetchNextPage();
  };
  return (
    <Page
      title="Calls"
      lead="Every request for an answer, newest first. Bodies are not kept: what was asked and answered is not here."
      actions={
        !ended && (
          <>
            {live && !tail.isError && <Status tone="live">live</Status>}
            <Button icon={live ? "pause" : "play"} onPress={() => setPaused(!paused)}>
              {live ? "Pause" : "Go on"}
            </Button>
          </>
        )
      }
    >
      {log.isError ? (
        <ErrorNote error={log.error} title="The calls could not be loaded." onRetry={() => void log.refetch()} />
      ) : (
        <DataTable<Call>
          label="Calls"
          name="calls"
          rows={calls}
          columns={COLUMNS}
          rowKey={({ id }) => id}
          onOpen={(call) => void navigate({ to: addressOf(call) })}
          href={addressOf}
          loading={log.isPending}
          total={more ? null : calls.length}
          onEnd={bring}
          empty={<None narrowed={narrowed} onAll={all} />}
          toolbar={
            <>
              <FilterBar filters={filters} onChange={change} since={USUAL} offered={["outcome", "model", "provider", "key"]} />
              <span className="calls__count num">
                {log.isSuccess && `${number(calls.length)} ${calls.length === 1 ? "call" : "calls"}${more ? " loaded, more below" : ""}`}
              </span>
            </>
          }
        />
      )}
    </Page>
  );
}
