import "@/pages/models/models.css";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Form } from "@/kit/Form";
import { Link } from "@/kit/Link";
import { Select } from "@/kit/Select";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { useGo } from "@/pages/go";
import { limitsQuery } from "@/pages/limits/limit";
import { type AliasDraft, bodyOf, STRATEGIES, type Strategy } from "@/pages/models/alias";
import { CallingFields } from "@/pages/models/CallingFields";
import { DeploymentFields } from "@/pages/models/DeploymentFields";
import { modelsQuery, modelPath } from "@/pages/models/model";

interface AliasFormProps {
  start: AliasDraft;
  exists: boolean;
}

const NONE = "(none)";
const ANSWERS = [
  { id: "check", label: "Check them: a violation is an error" },
  { id: "repair", label: "Repair them: ask the model once more first" },
  { id: "trust", label: "Trust them: everything passes" },
];

/** Fills in an alias and keeps it. */
export function AliasForm({ start, exists }: AliasFormProps) {
  const go = useGo();
  const models = useQuery(modelsQuery).data?.data ?? [];
  const limits = useQuery(limitsQuery).data?.data ?? [];
  const [draft, setDraft] = useState(start);
  // of what is there now: a number is taken as its field is left, in the same moment as what was pressed instead
  const set = (part: Partial<AliasDraft>) => setDraft((now) => ({ ...now, ...part }));
  const others = models.map((model) => model.name).filter((name) => name !== draft.name).slice(0, 500);
  const save = useChange(
    () => given(api.PUT("/api/models/{name}", { params: { path: { name: draft.name } }, body: bodyOf(draft) })),
    {
      stale: ["models", "limits", "health"],
      done: (made) => `${made.name} is kept. It can be called now.`,
      onDone: (made) => go(modelPath(made.name)),
    },
  );
  return (
    <Form
      onSubmit={() => save.mutate()}
      error={save.error}
      actions={
        <>
          <Link to={exists ? modelPath(draft.name) : "/models"} look="quiet">
            Cancel
          </Link>
          <Button type="submit" tone="primary" isPending={save.isPending}>
            {exists ? "Save" : "Add alias"}
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
        description="What clients write as model."
      />
      <DeploymentFields deployments={draft.deployments} onChange={(deployments) => set({ deployments })} weighed={draft.strategy === "weighted"} />
      <Select label="Strategy" name="strategy" options={STRATEGIES} value={draft.strategy} onChange={(id) => set({ strategy: id as Strategy })} description="How a deployment is chosen among those that are healthy." />
      <TagField label="Fallbacks" name="fallbacks" value={draft.fallbacks} onChange={(fallbacks) => set({ fallbacks })} suggestions={others} mono description="Models that are asked in turn when every deployment failed." />
      <Select
        label="Limits"
        name="limits"
        options={[{ id: NONE, label: "None" }, ...limits.map((one) => ({ id: one.name, label: one.name }))]}
        value={draft.limits === "" ? NONE : draft.limits}
        onChange={(id) => set({ limits: id === NONE ? "" : id })}
        description="They hold for all calls of this name together."
      />
      <details className="provider-more">
        <summary>More settings</summary>
        <div className="provider-more__fields">
          <TagField label="Context fallbacks" name="context_fallbacks" value={draft.contextFallbacks} onChange={(contextFallbacks) => set({ contextFallbacks })} suggestions={others} mono description="Take what is too long for every deployment." />
          <TagField label="Content fallbacks" name="content_fallbacks" value={draft.contentFallbacks} onChange={(contentFallbacks) => set({ contentFallbacks })} suggestions={others} mono description="Take what a provider’s content policy refused." />
          <TextField label="Vision fallback" name="vision_fallback" value={draft.visionFallback} onChange={(visionFallback) => set({ visionFallback })} mono description="Takes calls with images when this one cannot see." />
          <Select label="Structured answers" name="answers" options={ANSWERS} value={draft.answers} onChange={(id) => set({ answers: id as AliasDraft["answers"] })} />
        </div>
      </details>
      <CallingFields draft={draft.calling} onChange={(part) => setDraft((now) => ({ ...now, calling: { ...now.calling, ...part } }))} />
    </Form>
  );
}
