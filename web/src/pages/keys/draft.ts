import type { components } from "@/api/schema";

import type { Key, Priority, Scope } from "@/pages/keys/key";

/** When a key is to expire: after so many days, on a day, never, or as it is now. */
export type Expiry = "kept" | "never" | "1" | "7" | "30" | "90" | "365" | "day";

/** A key as the form has it while it is filled in. */
export interface KeyDraft {
  name: string;
  team: string;
  user: string;
  models: string[];
  tools: string[];
  scopes: Scope[];
  expiry: Expiry;
  day: string;
  priority: Priority;
  limits: string;
}

const DAY_SECONDS = 86_400;

/** What a new key is when nothing is said. */
export const NEW_KEY: KeyDraft = {
  name: "",
  team: "",
  user: "",
  models: ["*"],
  tools: ["*"],
  scopes: ["call"],
  expiry: "90",
  day: "",
  priority: "normal",
  limits: "",
};

/** A key that is there, to be changed. */
export function draftOf(key: Key): KeyDraft {
  const { name, team, user, models, tools, priority, limits } = key;
  return { name, team, user, models, tools, scopes: key.scopes as Scope[], expiry: "kept", day: "", priority, limits };
}

function expires(draft: KeyDraft): { expires_in_seconds?: number; expires_at?: string | null } {
  if (draft.expiry === "kept") return {};
  if (draft.expiry === "never") return { expires_at: null };
  if (draft.expiry === "day") return { expires_at: new Date(`${draft.day}T23:59:59`).toISOString() };
  return { expires_in_seconds: Number(draft.expiry) * DAY_SECONDS };
}

/** The body that makes the key. `own` leaves out what only an administrator says. */
export function creation(draft: KeyDraft): components["schemas"]["KeyCreate"] {
  const { name, team, user, models, tools, scopes, priority, limits } = draft;
  return { name, team, user, models, tools, scopes, priority, limits, ...expires(draft) };
}

/** The body that changes `key` into the draft: only what is different. */
export function change(key: Key, draft: KeyDraft): components["schemas"]["KeyChange"] {
  const before = draftOf(key);
  const changed: components["schemas"]["KeyChange"] = expires(draft);
  if (draft.name !== before.name) changed.name = draft.name;
  if (draft.team !== before.team) changed.team = draft.team;
  if (draft.user !== before.user) changed.user = draft.user;
  if (String(draft.models) !== String(before.models)) changed.models = draft.models;
  if (String(draft.tools) !== String(before.tools)) changed.tools = draft.tools;
  if (String(draft.scopes) !== String(before.scopes)) changed.scopes = draft.scopes;
  if (draft.priority !== before.priority) changed.priority = draft.priority;
  if (draft.limits !== before.limits) changed.limits = draft.limits;
  return changed;
}
