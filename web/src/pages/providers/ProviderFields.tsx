import { useQuery } from "@tanstack/react-query";

import { ComboBox } from "@/kit/ComboBox";
import { Select } from "@/kit/Select";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { DRAWN, type KeySource, type ProviderDraft } from "@/pages/providers/draft";
import { type LiteLLMName, type ProviderKind, secretsQuery } from "@/pages/providers/provider";
import { fieldsOf, type FieldSchema } from "@/pages/providers/schema";
import { SchemaField, withValue } from "@/pages/providers/SchemaField";

interface ProviderFieldsProps {
  draft: ProviderDraft;
  onChange: (change: (now: ProviderDraft) => ProviderDraft) => void;
  kinds: readonly ProviderKind[];
  litellm: readonly LiteLLMName[];
  /** Whether it is there already, so that its name stays. */
  exists: boolean;
  /** What it said it offers when it was tested. */
  offered: readonly string[];
}

/** The fields of a provider of any kind; those of its kind alone are drawn from what the gateway says of them. */
export function ProviderFields({ draft, onChange, kinds, litellm, exists, offered }: ProviderFieldsProps) {
  const set = (part: Partial<ProviderDraft>) => onChange((now) => ({ ...now, ...part }));
  const kind = kinds.find((one) => one.kind === draft.kind);
  const chosen = litellm.find((one) => one.name === draft.litellmProvider);
  const base = draft.kind === "litellm" ? (chosen?.base_url ?? null) : (kind?.base_url ?? null);
  const needsBase = draft.kind === "litellm" ? chosen?.needs.includes("base_url") === true : base === null;
  return (
    <>
      <Select
        label="Kind"
        name="kind"
        options={kinds.map((one) => ({ id: one.kind, label: one.title, description: one.about }))}
        value={draft.kind}
        onChange={(id) => set({ kind: id, more: {}, name: exists || draft.name !== "" ? draft.name : id === "litellm" ? "" : id })}
        isDisabled={exists}
      />
      {draft.kind === "litellm" && <LiteLLMChoice draft={draft} set={set} names={litellm} chosen={chosen} exists={exists} />}
      <TextField
        label="Name"
        name="name"
        value={draft.name}
        onChange={(name) => set({ name })}
        isRequired
        isDisabled={exists}
        pattern="[a-z0-9][a-z0-9_\-]*"
        maxLength={64}
        mono
        description="Its models are called NAME/model. Small letters, digits, - and _."
      />
      <TextField
        label="Address"
        name="base_url"
        type="url"
        value={draft.baseUrl}
        onChange={(baseUrl) => set({ baseUrl })}
        isRequired={needsBase}
        placeholder={base ?? "https://api.example.com/v1"}
        mono
        description={base === null ? "The base of its API." : "The base of its API; as shown when left empty."}
      />
      <KeyChoice draft={draft} set={set} exists={exists} />
      <TagField
        label="Models to list"
        name="models"
        value={draft.models}
        onChange={(models) => set({ models })}
        suggestions={offered.slice(0, 500)}
        mono
        description="What GET /v1/models shows of it; others can be called too. Test it to see what it offers."
      />
      {kind !== undefined && <More draft={draft} set={set} schema={kind.settings} needs={chosen?.needs ?? []} />}
    </>
  );
}

type Set = (part: Partial<ProviderDraft>) => void;

interface LiteLLMChoiceProps {
  draft: ProviderDraft;
  set: Set;
  names: readonly LiteLLMName[];
  chosen: LiteLLMName | undefined;
  exists: boolean;
}

function LiteLLMChoice({ draft, set, names, chosen, exists }: LiteLLMChoiceProps) {
  const choose = (id: string | null) => {
    const found = names.find((one) => one.name === id);
    if (found === undefined) return;
    const params = found.needs.filter((need) => need.startsWith("params.") && !need.includes(" ")).map((need) => [need.slice(7), ""]);
    const more = params.length === 0 ? {} : { params: Object.fromEntries(params) as Record<string, string> };
    set({ litellmProvider: found.name, name: exists ? draft.name : found.name.replaceAll("_", "-"), more });
  };
  return (
    <>
      <ComboBox
        label="Provider"
        name="litellm_provider"
        options={names.map((one) => ({ id: one.name, label: one.title, description: `${one.name} · ${one.offers.join(", ")}` }))}
        value={draft.litellmProvider === "" ? null : draft.litellmProvider}
        onChange={choose}
        isRequired
        placeholder="Type to search a hundred of them"
      />
      {chosen?.kind != null && (
        <p className="provider-note">The kind “{chosen.kind}” serves the same API better: choose it above.</p>
      )}
      {chosen !== undefined && chosen.needs.length > 0 && <p className="provider-note">It cannot do without: {chosen.needs.join(", ")}.</p>}
    </>
  );
}

function KeyChoice({ draft, set, exists }: { draft: ProviderDraft; set: Set; exists: boolean }) {
  const secrets = useQuery(secretsQuery).data?.data ?? [];
  const sources: { id: KeySource; label: string }[] = [
    ...(exists ? [{ id: "kept" as const, label: "The one it has" }] : []),
    { id: "typed", label: exists ? "A new one, typed here" : "Typed here" },
    ...secrets.map((one) => ({ id: `secret:${one.name}` as const, label: `The secret ${one.name}` })),
    { id: "none", label: "None: it asks for no key" },
  ];
  return (
    <>
      <Select
        label="Key"
        options={sources}
        value={draft.keySource}
        onChange={(id) => set({ keySource: id as KeySource, ...(id === "typed" ? { key: "" } : {}) })}
      />
      {draft.keySource === "typed" && (
        <TextField
          label="The key itself"
          name="api_key"
          type="password"
          autoComplete="off"
          value={draft.key}
          onChange={(key) => set({ key })}
          mono
          description="Kept encrypted among the secrets. It never comes out again."
        />
      )}
    </>
  );
}

function More({ draft, set, schema, needs }: { draft: ProviderDraft; set: Set; schema: FieldSchema; needs: readonly string[] }) {
  const fields = fieldsOf(schema, schema, DRAWN);
  const first = fields.filter((field) => needs.some((need) => need.startsWith(`${field.name}.`)));
  const draw = (drawn: typeof fields) =>
    drawn.map((field) => (
      <SchemaField
        key={`${draft.kind} ${draft.litellmProvider} ${field.name}`}
        field={field}
        whole={schema}
        value={draft.more[field.name]}
        onChange={(value) => set({ more: withValue(draft.more, field.name, value) })}
      />
    ));
  return (
    <>
      {draw(first)}
      <details className="provider-more">
        <summary>More settings</summary>
        <div className="provider-more__fields">{draw(fields.filter((field) => !first.includes(field)))}</div>
      </details>
    </>
  );
}
