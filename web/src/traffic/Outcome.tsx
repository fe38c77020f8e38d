import type { components } from "@/api/schema";
import { Status, type StatusProps } from "@/kit/Status";

type Word = components["schemas"]["Call"]["outcome"] | components["schemas"]["Attempt"]["outcome"];

const TONES: Record<Word, StatusProps["tone"]> = {
  ok: "ok",
  failed: "error",
  cut: "error",
  abandoned: "neutral",
  refused: "warn",
  lost: "neutral",
  skipped: "neutral",
};

/** How a call or an attempt ended, as a mark and its word. */
export function Outcome({ of }: { of: Word }) {
  return <Status tone={TONES[of]}>{of}</Status>;
}

/** The mark of an outcome, for what shows it otherwise. */
export function toneOf(outcome: Word): StatusProps["tone"] {
  return TONES[outcome];
}
