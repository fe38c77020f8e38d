import { duration } from "@/kit/format";
import { Unknown } from "@/kit/Num";

/** A span of time, from milliseconds, in tabular mono. */
export function Duration({ ms }: { ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return <Unknown />;
  return <span className="num">{duration(ms)}</span>;
}
