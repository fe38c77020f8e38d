import type { components } from "@/api/schema";
import { duration, money, number } from "@/kit/format";
import type { TimelineEntry } from "@/kit/Timeline";
import { toneOf } from "@/traffic/Outcome";

/** One call with its route. */
export type RoutedCall = components["schemas"]["RoutedCall"];
type Attempt = components["schemas"]["Attempt"];

function withCode({ message, error }: { message: string; error: string }): string {
  if (message === "") return error === "" ? "no reason is known" : error;
  return error === "" ? message : `${message} (${error})`;
}

function work({ waited_ms, first_token_ms, usage, cost }: Attempt): string[] {
  const tokens = usage?.completion_tokens ?? 0;
  return [
    ...(waited_ms >= 1 ? [`queued ${duration(waited_ms)}`] : []),
    ...(first_token_ms === null ? [] : [`first token ${duration(first_token_ms)}`]),
    ...(tokens > 0 ? [`${number(tokens)} ${tokens === 1 ? "token" : "tokens"}`] : []),
    ...(cost === null ? [] : [`cost ${money(cost)}`]),
  ];
}

function told(attempt: Attempt): string {
  switch (attempt.outcome) {
    case "skipped":
      return attempt.why === "" ? "no reason is known" : attempt.why;
    case "failed":
      return withCode(attempt);
    case "cut":
      return [...work(attempt), withCode(attempt)].join(", ");
    case "lost":
      return ["another attempt was faster", ...work(attempt)].join(", ");
    case "abandoned":
      return ["given up", ...work(attempt)].join(", ");
    case "ok":
      return [...work(attempt), `done after ${duration(attempt.ms)}`].join(", ");
  }
}

function entryOf(attempt: Attempt, place: number): TimelineEntry {
  const skipped = attempt.outcome === "skipped";
  const why = attempt.why === "" || skipped ? "" : `${attempt.why}: `;
  return {
    id: `attempt ${place}`,
    at: attempt.at_ms,
    ...(skipped ? {} : { ms: attempt.ms }),
    ...(attempt.first_token_ms === null ? {} : { firstMs: attempt.first_token_ms }),
    subject: `${attempt.provider}/${attempt.deployment}`,
    told: `${why}${told(attempt)}`,
    state: { tone: toneOf(attempt.outcome), word: skipped ? "passed over" : attempt.outcome },
  };
}

function keyEntry(call: RoutedCall): TimelineEntry {
  const owner = [call.team && `team ${call.team}`, call.user && `user ${call.user}`].filter(Boolean).join(", ");
  const name = call.key_name ?? call.key_id;
  return {
    id: "key",
    at: 0,
    subject: owner === "" ? `key ${name}` : `key ${name} (${owner})`,
    told: call.outcome === "refused" ? "refused" : "allowed",
  };
}

function failedOtherwise(call: RoutedCall): boolean {
  const { attempts } = call.route;
  return call.error !== "" && !attempts.some(({ outcome, error }) => (outcome === "failed" || outcome === "cut") && error === call.error);
}

/** What happened to a call, in order: what each stage said, and every attempt. */
export function story(call: RoutedCall): TimelineEntry[] {
  const { steps, attempts } = call.route;
  const entries: TimelineEntry[] = steps.map(({ stage, at_ms, told: said }, place) => ({
    id: `step ${place}`,
    at: at_ms,
    subject: stage,
    told: said,
  }));
  if (!steps.some(({ stage }) => stage === "key")) entries.unshift(keyEntry(call));
  if (call.cache !== "" && !steps.some(({ stage }) => stage === "cache")) {
    entries.push({ id: "cache", at: entries.at(-1)?.at ?? 0, subject: "cache", told: call.cache });
  }
  entries.push(...attempts.map(entryOf));
  entries.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  if (failedOtherwise(call)) {
    entries.push({
      id: "end",
      at: call.latency_ms,
      subject: "answer",
      told: withCode(call),
      state: { tone: toneOf(call.outcome), word: call.outcome },
    });
  }
  return entries;
}

/** Why the call went where it went: sentences, the choice first, then what was passed over, then what it fell back to. */
export function reasons(call: RoutedCall): string[] {
  const { steps, attempts } = call.route;
  const tried = attempts.filter(({ outcome }) => outcome !== "skipped");
  const choice = steps.find(({ stage }) => stage === "route" || stage.startsWith("route "));
  const [first] = tried;
  const place = ({ provider, deployment }: Attempt) => `${provider}/${deployment}`;
  const found: string[] = [];
  if (["hit", "shared", "semantic", "stale"].includes(call.cache)) found.push(`It was answered from the cache (${call.cache}); no provider was asked.`);
  if (choice !== undefined) found.push(`The route of “${call.model}” was chosen so: ${choice.told}.`);
  else if (first !== undefined) {
    found.push(first.why === "" ? `“${call.model}” names ${place(first)}: there was nothing to choose.` : `${place(first)} was asked first: ${first.why}.`);
  }
  for (const each of attempts.filter(({ outcome }) => outcome === "skipped")) found.push(`${place(each)} was passed over: ${told(each)}.`);
  for (const each of tried.slice(1)) found.push(`Then ${place(each)} was asked${each.why === "" ? "" : `: ${each.why}`}.`);
  const answered = tried.find(({ outcome }) => outcome === "ok");
  if (answered !== undefined) found.push(`${place(answered)} answered.`);
  else if (tried.length > 0) found.push("None of them answered.");
  else if (found.length === 0) found.push(call.outcome === "refused" ? "It went nowhere: the gateway refused it." : "It went to no provider.");
  return found.map((sentence) => sentence.replace(/\.\.$/, "."));
}
