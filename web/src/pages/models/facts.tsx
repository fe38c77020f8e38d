import { number } from "@/kit/format";
import { useNow } from "@/kit/now";
import { Num } from "@/kit/Num";
import { Status } from "@/kit/Status";
import type { Deployment, Model } from "@/pages/models/model";

const SOON_MS = 60 * 86_400_000;

/** What a deployment's model can do, in words: only what is known. */
export function abilities(of: Deployment | undefined): string[] {
  if (of === undefined) return [];
  const able = of.capabilities;
  const found: string[] = [];
  if (able.tools === "native") found.push("tools");
  if (able.tools === "prompted") found.push("tools by prompt");
  if (able.json_schema !== null) found.push(able.json_schema === "native" ? "JSON schema" : "JSON schema, checked here");
  if (able.vision === true) found.push("images");
  if (able.audio_input === true) found.push("audio");
  if (able.pdf_input === true) found.push("PDF");
  if (able.reasoning === true) found.push("reasoning");
  return found;
}

/** Dollars a million tokens as the API gives them: `$0.25`. */
export function perMillion(usd: string | null | undefined): string | null {
  return usd === null || usd === undefined ? null : `$${number(Number(usd), { digits: Number(usd) < 1 ? 3 : 2 }).replace(/0+$/, "").replace(/\.$/, "")}`;
}

/** What a million tokens in and out cost. */
export function PriceOf({ of }: { of: Deployment | undefined }) {
  const [input, output] = [perMillion(of?.price?.input), perMillion(of?.price?.output)];
  if (input === null && output === null) return <Num value={null} />;
  return (
    <span className="num">
      {input ?? "?"} / {output ?? "?"}
    </span>
  );
}

/** The day on which a provider takes a model away, with a mark when that is near or past. */
export function EndOf({ of }: { of: Deployment | undefined }) {
  const now = useNow();
  if (of?.deprecated == null) return null;
  const left = new Date(of.deprecated).getTime() - now;
  const day = <span className="num">{of.deprecated}</span>;
  return left > SOON_MS ? day : <Status tone={left < 0 ? "error" : "warn"}>{day}</Status>;
}

/** Whether a model is ready. */
export function StateOf({ of }: { of: Pick<Model, "state"> }) {
  const tone = of.state === "ready" ? "ok" : of.state === "failed" ? "error" : "warn";
  return <Status tone={tone}>{of.state}</Status>;
}
