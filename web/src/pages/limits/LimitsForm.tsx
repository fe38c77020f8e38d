import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Form } from "@/kit/Form";
import { Link } from "@/kit/Link";
import { NumberField } from "@/kit/NumberField";
import { Select } from "@/kit/Select";
import { TextField } from "@/kit/TextField";
import { useGo } from "@/pages/go";
import { bodyOf, type LimitsDraft, PERIODS } from "@/pages/limits/draft";

interface LimitsFormProps {
  start: LimitsDraft;
  exists: boolean;
}

/** Fills in limits and keeps them; they hold from the next call on. */
export function LimitsForm({ start, exists }: LimitsFormProps) {
  const go = useGo();
  const [draft, setDraft] = useState(start);
  const set = (part: Partial<LimitsDraft>) => setDraft((now) => ({ ...now, ...part }));
  const save = useChange(
    () => given(api.PUT("/api/limits/{name}", { params: { path: { name: draft.name } }, body: bodyOf(draft) })),
    {
      stale: ["limits", "standing"],
      done: (made) => `The limits ${made.name} hold from the next call on.`,
      onDone: (made) => go(`/limits/${made.name}`),
    },
  );
  return (
    <Form
      onSubmit={() => save.mutate()}
      error={save.error}
      actions={
        <>
          <Link to={exists ? `/limits/${draft.name}` : "/limits"} look="quiet">
            Cancel
          </Link>
          <Button type="submit" tone="primary" isPending={save.isPending}>
            {exists ? "Save" : "Make limits"}
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        name="name"
        value={draft.name}
        onChange={(name) => set({ name })}
        isRequired
        isDisabled={exists}
        pattern="[A-Za-z0-9][A-Za-z0-9._:\-]*"
        maxLength={128}
        mono
        description="Those called “default” hold for every key that names none."
      />
      <NumberField label="Calls a minute" name="rpm" value={draft.rpm} onChange={(rpm) => set({ rpm })} minValue={1} unit="calls/min" description="In any 60 seconds. Empty: not limited." />
      <NumberField label="Tokens a minute" name="tpm" value={draft.tpm} onChange={(tpm) => set({ tpm })} minValue={1} unit="tokens/min" description="Of prompts and answers. Empty: not limited." />
      <NumberField label="Calls at once" name="concurrency" value={draft.concurrency} onChange={(concurrency) => set({ concurrency })} minValue={1} />
      <NumberField label="Budget in dollars" name="budget.usd" value={draft.usd} onChange={(usd) => set({ usd })} minValue={0} unit="USD" formatOptions={{ maximumFractionDigits: 6 }} />
      <NumberField label="Budget in tokens" name="budget.tokens" value={draft.tokens} onChange={(tokens) => set({ tokens })} minValue={1} unit="tokens" />
      <Select label="Budget of a" name="budget.per" options={PERIODS} value={draft.per} onChange={(per) => set({ per: per as LimitsDraft["per"] })} description="By the calendar in UTC." isDisabled={draft.usd === null && draft.tokens === null} />
      <Select
        label="Calls whose price is not known"
        name="unpriced"
        options={[
          { id: "allow", label: "Pass, and cost nothing" },
          { id: "refuse", label: "Are refused" },
        ]}
        value={draft.unpriced}
        onChange={(unpriced) => set({ unpriced: unpriced as LimitsDraft["unpriced"] })}
        description="Where a budget is in dollars."
      />
      <NumberField label="Say that it is near at" name="soft" value={draft.soft} onChange={(soft) => set({ soft })} minValue={0.01} maxValue={1} step={0.05} formatOptions={{ style: "percent" }} description="The share of a limit at which an event and a line in the log say so." />
      <NumberField label="Reserve for an answer" name="output_tokens" value={draft.outputTokens} onChange={(outputTokens) => set({ outputTokens })} minValue={0} unit="tokens" description="For a call that names no max_tokens, where tokens or money are limited." />
    </Form>
  );
}
