import type { components } from "@/api/schema";
import { number } from "@/kit/format";

type AliasSettings = components["schemas"]["AliasSettings"];
/** What becomes of a stream that breaks off. */
export type Recovery = NonNullable<AliasSettings["stream_recovery"]>;

/** How calls of an alias are tried, waited for and kept, while the form is filled in; `null` is as usual. */
export interface CallingDraft {
  attempts: number | null;
  backoff: number | null;
  longestPause: number | null;
  firstToken: number | null;
  betweenTokens: number | null;
  total: number | null;
  hedged: boolean;
  hedgeAfter: number | null;
  recovery: Recovery;
  /** Whether answers are kept: as in [cache], yes, or no. */
  cached: "usual" | "yes" | "no";
  ttl: number | null;
  stale: number | null;
  semantic: boolean;
  threshold: number | null;
}

type Part = Partial<CallingDraft>;
const orNull = (value: number | null | undefined): number | null => value ?? null;

function triesOf(retry: NonNullable<AliasSettings["retry"]> | Record<string, never>): Part {
  return { attempts: orNull(retry.attempts), backoff: orNull(retry.backoff), longestPause: orNull(retry.longest_pause) };
}

function waitsOf(timeouts: NonNullable<AliasSettings["timeouts"]>): Part {
  return { firstToken: orNull(timeouts.first_token), betweenTokens: orNull(timeouts.between_tokens), total: orNull(timeouts.total) };
}

function hedgeOf(hedge: AliasSettings["hedge"]): Part {
  if (hedge === null || typeof hedge !== "object") return { hedged: hedge === true, hedgeAfter: null };
  return { hedged: true, hedgeAfter: orNull(hedge.after) };
}

function cacheOf(cache: AliasSettings["cache"]): Part {
  if (cache == null) return { cached: "usual" };
  return {
    cached: cache.enabled === false ? "no" : "yes",
    ttl: orNull(cache.ttl),
    stale: orNull(cache.stale_if_error),
    semantic: cache.semantic === true,
    threshold: orNull(cache.threshold),
  };
}

const USUAL: CallingDraft = {
  attempts: null,
  backoff: null,
  longestPause: null,
  firstToken: null,
  betweenTokens: null,
  total: null,
  hedged: false,
  hedgeAfter: null,
  recovery: "error",
  cached: "usual",
  ttl: null,
  stale: null,
  semantic: false,
  threshold: null,
};

/** The draft of an alias' settings. */
export function callingOf({ retry, timeouts, hedge, cache, stream_recovery }: Partial<AliasSettings>): CallingDraft {
  const recovery = stream_recovery ?? USUAL.recovery;
  return { ...USUAL, ...triesOf(retry ?? {}), ...waitsOf(timeouts ?? {}), ...hedgeOf(hedge), ...cacheOf(cache), recovery };
}

/** The fields that hold a value; `null` when none does. */
function given<T extends object>(fields: { [K in keyof T]: T[K] | null }): Partial<T> | null {
  const held = Object.entries(fields).filter(([, value]) => value !== null);
  return held.length === 0 ? null : (Object.fromEntries(held) as Partial<T>);
}

/** The settings of a draft, as the API takes them. */
export function callingSettings(draft: CallingDraft): Pick<AliasSettings, "retry" | "timeouts" | "hedge" | "cache" | "stream_recovery"> {
  const kept = { ttl: draft.ttl, stale_if_error: draft.stale, semantic: draft.semantic, threshold: draft.threshold };
  return {
    retry: given({ attempts: draft.attempts, backoff: draft.backoff, longest_pause: draft.longestPause }),
    timeouts: given({ first_token: draft.firstToken, between_tokens: draft.betweenTokens, total: draft.total }) ?? {},
    hedge: draft.hedged ? { after: draft.hedgeAfter } : null,
    cache: draft.cached === "usual" ? null : { enabled: draft.cached === "yes", ...given(kept) },
    stream_recovery: draft.recovery,
  };
}

const seconds = (value: number | null, words: string) => (value === null ? [] : [`${number(value, { digits: Number.isInteger(value) ? 0 : 2 })} s ${words}`]);

function hedgeInWords({ hedged, hedgeAfter }: CallingDraft): string[] {
  if (!hedged) return [];
  return hedgeAfter === null ? ["a second deployment is asked while the first is silent"] : seconds(hedgeAfter, "of silence, then a second deployment is asked");
}

function cacheInWords({ cached, ttl, semantic }: CallingDraft): string[] {
  if (cached === "usual") return [];
  return cached === "no" ? ["answers are not kept"] : ["answers are kept", ...seconds(ttl, "long"), ...(semantic ? ["by meaning too"] : [])];
}

const BROKEN: Readonly<Record<Recovery, string[]>> = {
  error: [],
  continue: ["go on with another attempt"],
  hold: ["are held back until they are whole"],
};

/** What settings say of it, in words; nothing of what is as usual. */
export function callingFacts(settings: Partial<AliasSettings>): { term: string; value: string }[] {
  const draft = callingOf(settings);
  const words = {
    Tries: [
      ...(draft.attempts === null ? [] : [`${draft.attempts} of each deployment`]),
      ...seconds(draft.backoff, "pause"),
      ...seconds(draft.longestPause, "at most"),
    ],
    Waits: [...seconds(draft.firstToken, "for the first token"), ...seconds(draft.betweenTokens, "between two"), ...seconds(draft.total, "in all")],
    Hedged: hedgeInWords(draft),
    "Broken streams": BROKEN[draft.recovery],
    Cache: cacheInWords(draft),
  };
  return Object.entries(words).flatMap(([term, said]) => (said.length === 0 ? [] : [{ term, value: said.join(", ") }]));
}
