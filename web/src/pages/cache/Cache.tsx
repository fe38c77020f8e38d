import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Facts } from "@/kit/Facts";
import { Form } from "@/kit/Form";
import { number } from "@/kit/format";
import { Loaded } from "@/kit/Loaded";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { TextField } from "@/kit/TextField";
import { READ_ONLY, useRights } from "@/pages/rights";

type CacheStatus = components["schemas"]["CacheStatus"];

const MIB = 1024 * 1024;

/** What the cache keeps, how often that answered, what it saved; and forgetting it. */
export default function Cache() {
  const query = useQuery({
    queryKey: ["cache"],
    queryFn: ({ signal }) => given(api.GET("/api/cache", { signal })),
    refetchInterval: 5_000,
  });
  return (
    <Page title="Cache" lead="Answers that are kept to be given again, by the workers of this host since they started.">
      <Loaded query={query} what="the cache" lines={10}>
        {(status) => <Numbers of={status} />}
      </Loaded>
      <Purge />
    </Page>
  );
}

function Numbers({ of }: { of: CacheStatus }) {
  const { hit, shared, semantic, stale } = of.answered;
  const answered = hit + shared + semantic + stale;
  const asked = answered + of.misses;
  return (
    <>
      <Facts
        look="row"
        facts={[
          { term: "Answered from it", value: <Num value={asked === 0 ? null : (answered / asked) * 100} digits={1} unit="%" /> },
          { term: "Saved", value: <Money usd={of.saved} /> },
          { term: "Saved tokens", value: <Num value={of.saved_tokens} compact /> },
          { term: "Kept", value: <Num value={of.entries} unit="answers" /> },
          { term: "Memory", value: <span className="num">{number(of.bytes / MIB, { digits: 1 })} of {number(of.max_bytes / MIB)} MiB</span> },
        ]}
      />
      <Section title="How calls were answered">
        <Facts
          facts={[
            { term: "By the same question", value: <Num value={hit} /> },
            { term: "By an identical call under way", value: <Num value={shared} /> },
            { term: "By a question of the same meaning", value: <Num value={semantic} /> },
            { term: "By one that had expired, as nobody else answered", value: <Num value={stale} /> },
            { term: "Nothing kept: a provider was asked", value: <Num value={of.misses} /> },
            { term: "No part in it", value: <Num value={of.bypassed} /> },
            { term: "Went for want of room", value: <Num value={of.evicted} /> },
            { term: "Compared by meaning", value: <Num value={of.questions} unit="questions" /> },
            { term: "Shared with other processes", value: of.shared ? "yes" : "no" },
          ]}
        />
      </Section>
    </>
  );
}

function Purge() {
  const rights = useRights();
  const [model, setModel] = useState("");
  const [tenant, setTenant] = useState("");
  const [open, setOpen] = useState(false);
  const which = { ...(model === "" ? {} : { model }), ...(tenant === "" ? {} : { tenant }) };
  const purge = useChange(() => given(api.DELETE("/api/cache", { params: { query: which } })), {
    stale: ["cache"],
    done: (purged) => `Forgotten: ${purged.dropped === 1 ? "1 answer" : `${number(purged.dropped)} answers`} in this worker, and what others kept.`,
    onDone: () => setOpen(false),
  });
  const words = [model !== "" && `of the model ${model}`, tenant !== "" && `of ${tenant}`].filter((part) => part !== false).join(" and ");
  if (!rights.change) return <p>{READ_ONLY}</p>;
  return (
    <Section title="Forget answers" lead="In every process. Leave both empty to forget all of them.">
      <Form onSubmit={() => setOpen(true)} error={purge.error} look="grid" actions={<Button type="submit" tone="danger">Forget…</Button>}>
        <TextField label="Model" name="model" value={model} onChange={setModel} mono description="Only those of this model." />
        <TextField label="Tenant" name="tenant" value={tenant} onChange={setTenant} mono placeholder="team:search" description="team:NAME, or key:ID of a key without a team." />
      </Form>
      <ConfirmDialog
        title={words === "" ? "Forget all answers?" : `Forget the answers ${words}?`}
        confirm="Forget them"
        isOpen={open}
        onOpenChange={setOpen}
        onConfirm={() => purge.mutateAsync()}
      >
        <p>The next calls ask their providers again, and cost what they cost there.</p>
      </ConfirmDialog>
    </Section>
  );
}
