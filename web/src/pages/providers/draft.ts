import type { Provider, ProviderBody } from "@/pages/providers/provider";
import type { Values } from "@/pages/providers/SchemaField";

/** Where a provider's key comes from: typed into the form, a secret of the store, the one it has, or none. */
export type KeySource = "typed" | "kept" | "none" | `secret:${string}`;

/** A provider as the form has it while it is filled in. */
export interface ProviderDraft {
  kind: string;
  name: string;
  baseUrl: string;
  keySource: KeySource;
  key: string;
  litellmProvider: string;
  models: string[];
  /** Everything else, by its name; what is not there is as usual. */
  more: Values;
}

/** What has fields of its own in the form, or is set by the file alone. */
export const DRAWN = ["kind", "base_url", "api_key", "models", "litellm_provider", "ca_file"];

const REDACTED = "[redacted]";

/** A new provider of no name. */
export const NEW_PROVIDER: ProviderDraft = {
  kind: "openai",
  name: "",
  baseUrl: "",
  keySource: "typed",
  key: "",
  litellmProvider: "",
  models: [],
  more: {},
};

function known(value: unknown): unknown {
  if (typeof value === "string") return value.includes(REDACTED) ? undefined : value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value ?? undefined;
  const entries = Object.entries(value).map(([name, one]) => [name, known(one)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** A provider that is there, to be changed; values that may be secret are not known and have to be given again. */
export function draftOf(provider: Provider): ProviderDraft {
  const settings = provider.settings ?? {};
  const more = Object.entries(settings)
    .filter(([name]) => !DRAWN.includes(name))
    .map(([name, value]) => [name, known(value)] as const);
  return {
    kind: provider.kind,
    name: provider.name,
    baseUrl: provider.base_url ?? "",
    keySource: provider.api_key === null ? "none" : "kept",
    key: provider.api_key ?? "",
    litellmProvider: typeof settings.litellm_provider === "string" ? settings.litellm_provider : "",
    models: Array.isArray(settings.models) ? (settings.models as string[]) : [],
    more: Object.fromEntries(more.filter(([, value]) => value !== undefined)),
  };
}

/** Whether something of a provider's settings is not shown, and would be gone after a change. */
export function hidesSomething(provider: Provider): boolean {
  return JSON.stringify(provider.settings ?? {}).includes(REDACTED);
}

function keyOf(draft: ProviderDraft): string | null {
  if (draft.keySource === "none") return null;
  if (draft.keySource === "typed" || draft.keySource === "kept") return draft.key === "" ? null : draft.key;
  return draft.keySource;
}

/** The body that keeps or tries the provider. */
export function bodyOf(draft: ProviderDraft): ProviderBody {
  const body = {
    ...draft.more,
    kind: draft.kind,
    api_key: keyOf(draft),
    models: draft.models,
    ...(draft.baseUrl === "" ? {} : { base_url: draft.baseUrl }),
    ...(draft.kind === "litellm" ? { litellm_provider: draft.litellmProvider } : {}),
  };
  return body as unknown as ProviderBody; // which kind has which fields is the gateway's to check
}
