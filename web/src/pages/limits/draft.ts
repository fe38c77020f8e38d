import type { LimitSettings } from "@/pages/limits/limit";

type Per = NonNullable<LimitSettings["budget"]>["per"];

/** Limits while the form is filled in; `null` is not limited. */
export interface LimitsDraft {
  name: string;
  rpm: number | null;
  tpm: number | null;
  concurrency: number | null;
  usd: number | null;
  tokens: number | null;
  per: Per;
  soft: number | null;
  outputTokens: number | null;
  unpriced: NonNullable<LimitSettings["unpriced"]>;
}

/** The periods of a budget. */
export const PERIODS: readonly { id: Per; label: string }[] = [
  { id: "day", label: "Day" },
  { id: "week", label: "Week, from Monday" },
  { id: "month", label: "Month" },
];

/** `name` with `settings`, to be changed; without them, new limits. */
export function draftOf(name: string, settings: LimitSettings = {}): LimitsDraft {
  const { rpm, tpm, concurrency, budget, soft, output_tokens, unpriced } = settings;
  return {
    name,
    rpm: rpm ?? null,
    tpm: tpm ?? null,
    concurrency: concurrency ?? null,
    usd: budget?.usd ?? null,
    tokens: budget?.tokens ?? null,
    per: budget?.per ?? "month",
    soft: soft ?? 0.8,
    outputTokens: output_tokens ?? 4096,
    unpriced: unpriced ?? "allow",
  };
}

/** The body that keeps the limits. */
export function bodyOf(draft: LimitsDraft): LimitSettings {
  const { rpm, tpm, concurrency, usd, tokens, per, soft, outputTokens, unpriced } = draft;
  return {
    rpm,
    tpm,
    concurrency,
    budget: usd === null && tokens === null ? null : { usd, tokens, per },
    ...(soft === null ? {} : { soft }),
    ...(outputTokens === null ? {} : { output_tokens: outputTokens }),
    unpriced,
  };
}
