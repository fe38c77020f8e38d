import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Facts } from "@/kit/Facts";
import { DownloadLink, Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { When } from "@/kit/When";
import { useParam } from "@/pages/go";
import { type Batch, BatchProgress, batchQuery, BatchState, underWay } from "@/pages/batches/batch";
import { useRights } from "@/pages/rights";

/** One batch: how far it is, what it cost, what went wrong; to cancel it. */
export default function OneBatch() {
  const id = useParam("id");
  const query = useQuery(batchQuery(id));
  return (
    <Page title={id} crumbs={[{ label: "Batches", to: "/batches" }]} actions={query.data && <Cancel of={query.data} />}>
      <Loaded query={query} what="the batch" lines={12}>
        {(batch) => (
          <>
            {batch.total > 0 && underWay(batch) && <progress value={(batch.completed + batch.failed) / batch.total} aria-label="Lines done" />}
            <BatchFacts of={batch} />
            {batch.errors.length > 0 && (
              <Section title="Errors" lead="Why it failed.">
                <ul>
                  {batch.errors.map((one, place) => (
                    <li key={`${place} ${one.code}`}>
                      {one.line !== null && <span className="num">Line {one.line}: </span>}
                      {one.message} {one.param !== null && <code>{one.param}</code>}
                    </li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function BatchFacts({ of }: { of: Batch }) {
  const rights = useRights();
  const mine = rights.change || of.key_id === rights.keyId; // files of others are an administrator's
  const file = (id: string, part: string) =>
    mine ? (
      <DownloadLink href={`/v1/files/${encodeURIComponent(id)}/content`} name={`${of.id}-${part}.jsonl`}>
        <code>{id}</code>
      </DownloadLink>
    ) : (
      <code>{id}</code>
    );
  const metadata = Object.entries(of.metadata);
  return (
    <Facts
      facts={[
        { term: "State", value: <BatchState of={of} /> },
        of.reason !== "" && { term: "Waits", value: <>{of.reason}{of.waits_until !== null && <> until <When at={of.waits_until} /></>}</> },
        { term: "Lines done", value: <BatchProgress of={of} /> },
        { term: "Asks for", value: <code>{of.endpoint}</code> },
        { term: "Model", value: of.model === "" ? "several" : of.model },
        { term: "Run by", value: of.runner === "native" ? `the batch API of ${of.provider}` : of.runner },
        { term: "Key", value: <Link to={`/keys/${of.key_id}`}>{of.key_name ?? of.key_id}</Link> },
        { term: "Tokens in, out", value: <><Num value={of.prompt_tokens} />, <Num value={of.completion_tokens} /></> },
        { term: "Cost", value: <Money usd={of.cost} /> },
        { term: "Made", value: <When at={of.created_at} /> },
        of.in_progress_at !== null && { term: "Began", value: <When at={of.in_progress_at} /> },
        of.ended_at === null ? { term: "Given up", value: <When at={of.expires_at} /> } : { term: "Ended", value: <When at={of.ended_at} /> },
        { term: "Input", value: file(of.input_file_id, "input") },
        of.output_file_id !== null && { term: "Answers", value: file(of.output_file_id, "answers") },
        of.error_file_id !== null && { term: "Lines not answered", value: file(of.error_file_id, "errors") },
        metadata.length > 0 && { term: "Metadata", value: metadata.map(([name, value]) => `${name}: ${value}`).join(", ") },
      ]}
    />
  );
}

function Cancel({ of }: { of: Batch }) {
  const rights = useRights();
  const [open, setOpen] = useState(false);
  const cancel = useChange(
    () => given(api.POST("/api/batches/{batch_id}/cancel", { params: { path: { batch_id: of.id } } })),
    { stale: ["batches"], done: () => "The batch is being cancelled." },
  );
  if (!rights.change || !underWay(of)) return null;
  return (
    <>
      <Button tone="danger" onPress={() => setOpen(true)}>
        Cancel the batch
      </Button>
      <ConfirmDialog title="Cancel this batch?" confirm="Cancel the batch" isOpen={open} onOpenChange={setOpen} onConfirm={() => cancel.mutateAsync()}>
        <p>Lines under way are finished, the rest is not asked. What is done is kept.</p>
      </ConfirmDialog>
    </>
  );
}
