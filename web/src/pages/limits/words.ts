import { money, number } from "@/kit/format";
import type { LimitSettings } from "@/pages/limits/limit";

/** What limits come to, in a few words each: `600 calls/min`, `$50.00 a month`. */
export function limitWords(of: LimitSettings): string[] {
  const found: string[] = [];
  if (of.rpm != null) found.push(`${number(of.rpm)} calls/min`);
  if (of.tpm != null) found.push(`${number(of.tpm)} tokens/min`);
  if (of.concurrency != null) found.push(`${number(of.concurrency)} at once`);
  if (of.budget?.usd != null) found.push(`${money(of.budget.usd)} a ${of.budget.per}`);
  if (of.budget?.tokens != null) found.push(`${number(of.budget.tokens, { compact: true })} tokens a ${of.budget.per}`);
  return found.length === 0 ? ["nothing is limited"] : found;
}
