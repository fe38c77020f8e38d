import { Checkbox } from "@/kit/Checkbox";
import { NumberField } from "@/kit/NumberField";
import { Select } from "@/kit/Select";
import type { CallingDraft, Recovery } from "@/pages/models/calling";

interface CallingFieldsProps {
  draft: CallingDraft;
  onChange: (part: Partial<CallingDraft>) => void;
}

const RECOVERIES: readonly { id: Recovery; label: string }[] = [
  { id: "error", label: "The client is told" },
  { id: "continue", label: "Another attempt goes on from what was said" },
  { id: "hold", label: "Nothing is sent before the answer is whole" },
];
const CACHED: readonly { id: CallingDraft["cached"]; label: string }[] = [
  { id: "usual", label: "As the gateway’s settings say" },
  { id: "yes", label: "Kept, and given again" },
  { id: "no", label: "Not kept" },
];
const SECONDS = { unit: "s", minValue: 0.001, maxValue: 86_400, formatOptions: { maximumFractionDigits: 3 } } as const;

/** How often calls are tried, how long is waited, and whether answers are kept. What is left empty is as usual. */
export function CallingFields({ draft, onChange }: CallingFieldsProps) {
  return (
    <>
      <details className="provider-more">
        <summary>Tries and waiting</summary>
        <div className="provider-more__fields">
          <NumberField label="Tries of each deployment" name="retry.attempts" value={draft.attempts} onChange={(attempts) => onChange({ attempts })} minValue={1} maxValue={10} description="Empty: as the gateway’s settings say." />
          <NumberField label="Pause before the second try" name="retry.backoff" value={draft.backoff} onChange={(backoff) => onChange({ backoff })} {...SECONDS} description="At most so long; it doubles with each further try." />
          <NumberField label="Longest pause" name="retry.longest_pause" value={draft.longestPause} onChange={(longestPause) => onChange({ longestPause })} {...SECONDS} description="A provider that says to wait longer is not waited for." />
          <NumberField label="Wait for the first token" name="timeouts.first_token" value={draft.firstToken} onChange={(firstToken) => onChange({ firstToken })} {...SECONDS} description="Then the next deployment is tried. Empty: as long as its provider may take." />
          <NumberField label="Wait between two tokens" name="timeouts.between_tokens" value={draft.betweenTokens} onChange={(betweenTokens) => onChange({ betweenTokens })} {...SECONDS} />
          <NumberField label="Whole call" name="timeouts.total" value={draft.total} onChange={(total) => onChange({ total })} {...SECONDS} description="Over all tries. Empty: not limited." />
          <Checkbox isSelected={draft.hedged} onChange={(hedged) => onChange({ hedged })} description="The faster one answers, both are paid.">
            Ask a second deployment while the first is silent
          </Checkbox>
          <NumberField label="Silent for" name="hedge.after" value={draft.hedgeAfter} onChange={(hedgeAfter) => onChange({ hedgeAfter })} {...SECONDS} isDisabled={!draft.hedged} description="Empty: the time within which 95 of 100 answers begin." />
          <Select label="A stream that breaks off" name="stream_recovery" options={RECOVERIES} value={draft.recovery} onChange={(id) => onChange({ recovery: id as Recovery })} />
        </div>
      </details>
      <details className="provider-more">
        <summary>Cache</summary>
        <div className="provider-more__fields">
          <Select label="Answers" name="cache.enabled" options={CACHED} value={draft.cached} onChange={(id) => onChange({ cached: id as CallingDraft["cached"] })} />
          {draft.cached === "yes" && (
            <>
              <NumberField label="Given again for" name="cache.ttl" value={draft.ttl} onChange={(ttl) => onChange({ ttl })} {...SECONDS} />
              <NumberField label="And when everything failed, for another" name="cache.stale_if_error" value={draft.stale} onChange={(stale) => onChange({ stale })} {...SECONDS} minValue={0} maxValue={604_800} />
              <Checkbox isSelected={draft.semantic} onChange={(semantic) => onChange({ semantic })}>
                Given to questions of the same meaning too
              </Checkbox>
              {draft.semantic && (
                <NumberField label="Least likeness" name="cache.threshold" value={draft.threshold} onChange={(threshold) => onChange({ threshold })} minValue={0.5} maxValue={1} step={0.01} description="Of two questions, as the cosine of their embeddings; 0.99 when empty." />
              )}
            </>
          )}
        </div>
      </details>
    </>
  );
}
