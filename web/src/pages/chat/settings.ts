/** How a conversation goes on. It is kept with it, and comes back as whatever was kept: `read` makes it sound. */
export interface Settings {
  /** One to four models; several answer side by side. */
  models: string[];
  system: string;
  temperature: number | null;
  top_p: number | null;
  max_tokens: number | null;
  stop: string[];
  effort: string;
  json: boolean;
  seed: number | null;
  /** Patterns of tools: a plugin's name, or `*`. */
  tools: string[];
  /** Whether the reader is asked before a tool that may destroy something. */
  approval: "ask" | "auto";
}

/** How many models may answer side by side. */
export const MOST_MODELS = 4;

export const PLAIN: Settings = {
  models: [],
  system: "",
  temperature: null,
  top_p: null,
  max_tokens: null,
  stop: [],
  effort: "",
  json: false,
  seed: null,
  tools: [],
  approval: "ask",
};

function words(value: unknown, most: number): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string").slice(0, most) : [];
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Settings from what was kept. */
export function read(kept: Record<string, unknown>): Settings {
  return {
    models: words(kept.models, MOST_MODELS),
    system: typeof kept.system === "string" ? kept.system : "",
    temperature: amount(kept.temperature),
    top_p: amount(kept.top_p),
    max_tokens: amount(kept.max_tokens),
    stop: words(kept.stop, 4),
    effort: typeof kept.effort === "string" ? kept.effort : "",
    json: kept.json === true,
    seed: amount(kept.seed),
    tools: words(kept.tools, 64),
    approval: kept.approval === "auto" ? "auto" : "ask",
  };
}

const IN_DRAWER = ["system", "temperature", "top_p", "max_tokens", "stop", "effort", "json", "seed"] as const;

/** How many settings differ from the usual, of those in the drawer. */
export function changed(settings: Settings): number {
  return IN_DRAWER.filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(PLAIN[name])).length;
}

/** The fields of a Chat Completions request that settings stand for; those not set are left to the model. */
export function fields(settings: Settings): Record<string, unknown> {
  const given: Record<string, unknown> = {
    temperature: settings.temperature,
    top_p: settings.top_p,
    max_tokens: settings.max_tokens,
    seed: settings.seed,
    stop: settings.stop.length > 0 ? settings.stop : null,
    reasoning_effort: settings.effort || null,
    response_format: settings.json ? { type: "json_object" } : null,
    switchgear:
      settings.tools.length > 0 ? { tools: settings.tools, approval: settings.approval, messages: true } : null,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
