import type { components } from "@/api/schema";
import { type CallingDraft, callingOf, callingSettings } from "@/pages/models/calling";

/** An alias as the API takes it. */
export type AliasSettings = components["schemas"]["AliasSettings"];
type DeploymentSettings = AliasSettings["deployments"][number];
/** How a deployment is chosen. */
export type Strategy = NonNullable<AliasSettings["strategy"]>;

/** One deployment while the form is filled in; `id` keeps its fields together when it moves. */
export interface DeploymentDraft {
  id: number;
  provider: string;
  model: string;
  weight: number | null;
  /** What the form has no fields for, as it was. */
  rest: Omit<DeploymentSettings, "provider" | "model" | "weight">;
}

/** An alias while the form is filled in. */
export interface AliasDraft {
  name: string;
  deployments: DeploymentDraft[];
  strategy: Strategy;
  fallbacks: string[];
  contextFallbacks: string[];
  contentFallbacks: string[];
  visionFallback: string;
  limits: string;
  answers: NonNullable<AliasSettings["answers"]>;
  calling: CallingDraft;
  /** What the form has no fields for, as it was. */
  rest: Partial<AliasSettings>;
}

/** A deployment that is not filled in yet. */
export function newDeployment(id: number, provider = ""): DeploymentDraft {
  return { id, provider, model: "", weight: 1, rest: {} };
}

/** A new alias. */
export const NEW_ALIAS: AliasDraft = {
  name: "",
  deployments: [newDeployment(0)],
  strategy: "ordered",
  fallbacks: [],
  contextFallbacks: [],
  contentFallbacks: [],
  visionFallback: "",
  limits: "",
  answers: "check",
  calling: callingOf({}),
  rest: {},
};

/** The alias `name` of `settings`, to be changed. */
export function draftOf(name: string, settings: AliasSettings): AliasDraft {
  const { deployments, strategy, fallbacks, context_fallbacks, content_fallbacks, vision_fallback, limits, answers, retry, timeouts, hedge, cache, stream_recovery, ...rest } = settings;
  const calling = { retry, timeouts, hedge, cache, stream_recovery };
  return {
    name,
    deployments: deployments.map(({ provider, model, weight, ...more }, id) => ({ id, provider, model, weight: weight ?? 1, rest: more })),
    strategy: strategy ?? "ordered",
    fallbacks: [...(fallbacks ?? [])],
    contextFallbacks: [...(context_fallbacks ?? [])],
    contentFallbacks: [...(content_fallbacks ?? [])],
    visionFallback: vision_fallback ?? "",
    limits: limits ?? "",
    answers: answers ?? "check",
    calling: callingOf(calling as Partial<AliasSettings>),
    rest,
  };
}

/** The body that keeps the alias. */
export function bodyOf(draft: AliasDraft): AliasSettings {
  return {
    ...draft.rest,
    deployments: draft.deployments.map(({ provider, model, weight, rest }) => ({ ...rest, provider, model, weight: weight ?? 1 })),
    strategy: draft.strategy,
    fallbacks: draft.fallbacks,
    context_fallbacks: draft.contextFallbacks,
    content_fallbacks: draft.contentFallbacks,
    vision_fallback: draft.visionFallback === "" ? null : draft.visionFallback,
    limits: draft.limits === "" ? null : draft.limits,
    answers: draft.answers,
    ...callingSettings(draft.calling),
  };
}

/** The strategies, in words. */
export const STRATEGIES: readonly { id: Strategy; label: string; description: string }[] = [
  { id: "ordered", label: "Ordered", description: "The first that is healthy." },
  { id: "weighted", label: "Weighted", description: "Calls shared out by weight." },
  { id: "least_busy", label: "Least busy", description: "The one with the fewest calls under way." },
  { id: "latency", label: "Latency", description: "The one that answers sooner, of two taken by chance." },
  { id: "cost", label: "Cost", description: "The one that the call costs least at." },
  { id: "auto", label: "Auto", description: "The cheapest that is good enough for what is asked." },
];
