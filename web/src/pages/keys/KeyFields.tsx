import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { Checkbox } from "@/kit/Checkbox";
import { Select } from "@/kit/Select";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import type { Expiry, KeyDraft } from "@/pages/keys/draft";
import { type Priority, PRIORITIES, type Scope } from "@/pages/keys/key";
import { limitsQuery } from "@/pages/limits/limit";
import { modelsQuery } from "@/pages/models/model";

interface KeyFieldsProps {
  draft: KeyDraft;
  onChange: (change: (now: KeyDraft) => KeyDraft) => void;
  /** Whether the key may be somebody's else, and may do more than call. */
  everybody: boolean;
  /** Whether it is there already: then its expiry may stay as it is. */
  exists: boolean;
}

const EXPIRIES: readonly { id: Expiry; label: string }[] = [
  { id: "1", label: "In a day" },
  { id: "7", label: "In 7 days" },
  { id: "30", label: "In 30 days" },
  { id: "90", label: "In 90 days" },
  { id: "365", label: "In a year" },
  { id: "day", label: "On a day…" },
  { id: "never", label: "Never" },
];
const SCOPES: readonly { id: Scope; label: string; about: string }[] = [
  { id: "call", label: "Call", about: "Models, and tools of plugins." },
  { id: "admin:read", label: "Look", about: "At everything in this console: keys, calls, settings." },
  { id: "own", label: "Keys of its user", about: "Make, rotate and revoke them." },
  { id: "admin", label: "Change", about: "Keys, providers, models, limits, plugins." },
];
const NO_LIMITS = "(none)";

function useNames() {
  const models = useQuery(modelsQuery).data?.data ?? [];
  const limits = useQuery(limitsQuery).data?.data ?? [];
  const plugins = useQuery({ queryKey: ["plugins"], queryFn: () => given(api.GET("/api/plugins")) }).data?.data ?? [];
  const providers = [...new Set(models.flatMap((model) => model.deployments.map((one) => one.provider)))];
  return {
    models: ["*", ...providers.map((name) => `${name}/*`), ...models.slice(0, 300).map((model) => model.name)],
    tools: ["*", ...plugins.map((plugin) => plugin.name)],
    limits: limits.map((one) => one.name),
  };
}

/** The fields of a key: whose it is, what it may call, until when and how much. */
export function KeyFields({ draft, onChange, everybody, exists }: KeyFieldsProps) {
  const names = useNames();
  const set = (part: Partial<KeyDraft>) => onChange((now) => ({ ...now, ...part }));
  const expiries = exists ? [{ id: "kept" as const, label: "As it is" }, ...EXPIRIES] : EXPIRIES;
  return (
    <>
      <TextField
        label="Name"
        name="name"
        value={draft.name}
        onChange={(name) => set({ name })}
        isRequired
        maxLength={100}
        description="Who or what calls with it, such as ci or notebook."
      />
      <TagField
        label="Models"
        name="models"
        value={draft.models}
        onChange={(models) => set({ models })}
        suggestions={names.models}
        mono
        description="Names or patterns; * is any, openai/* every model of a provider."
      />
      <TagField
        label="Tools"
        name="tools"
        value={draft.tools}
        onChange={(tools) => set({ tools })}
        suggestions={names.tools}
        mono
        description="What it sees of plugins; * is all, files one plugin, files__read_* tools of one."
      />
      <Select
        label="Expires"
        name="expires_in_seconds"
        options={expiries}
        value={draft.expiry}
        onChange={(expiry) => set({ expiry: expiry as Expiry })}
      />
      {draft.expiry === "day" && (
        <TextField label="Last day" name="expires_at" type="date" value={draft.day} onChange={(day) => set({ day })} isRequired />
      )}
      {everybody && <Ownership draft={draft} set={set} />}
      <Select
        label="Limits"
        name="limits"
        options={[
          { id: NO_LIMITS, label: names.limits.includes("default") ? "The default ones" : "None of its own" },
          ...names.limits.map((name) => ({ id: name, label: name })),
        ]}
        value={draft.limits === "" ? NO_LIMITS : draft.limits}
        onChange={(limits) => set({ limits: limits === NO_LIMITS ? "" : limits })}
        isDisabled={!everybody}
        description="How many calls, tokens and dollars it may use. Limits of its team and user hold too."
      />
      <Select
        label="Priority"
        name="priority"
        options={PRIORITIES}
        value={draft.priority}
        onChange={(priority) => set({ priority: priority as Priority })}
        isDisabled={!everybody}
        description="Whose calls go first when they have to wait."
      />
    </>
  );
}

function Ownership({ draft, set }: { draft: KeyDraft; set: (part: Partial<KeyDraft>) => void }) {
  const toggle = (scope: Scope, on: boolean) =>
    set({ scopes: on ? [...draft.scopes, scope] : draft.scopes.filter((one) => one !== scope) });
  return (
    <>
      <TextField label="Team" name="team" value={draft.team} onChange={(team) => set({ team })} description="Empty for none." />
      <TextField label="User" name="user" value={draft.user} onChange={(user) => set({ user })} description="Empty for nobody’s, as of a service." />
      <fieldset className="key-scopes">
        <legend>May</legend>
        {SCOPES.map((scope) => (
          <Checkbox
            key={scope.id}
            isSelected={draft.scopes.includes(scope.id)}
            onChange={(on) => toggle(scope.id, on)}
            description={scope.about}
          >
            {scope.label}
          </Checkbox>
        ))}
      </fieldset>
    </>
  );
}
