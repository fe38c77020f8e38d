import { Button } from "@/kit/Button";
import { Duration } from "@/kit/Duration";
import { Status } from "@/kit/Status";
import type { ProviderTest } from "@/pages/providers/provider";

interface TestResultProps {
  of: ProviderTest;
  /** Lists all models it offers, where that can be chosen. */
  onList?: (models: string[]) => void;
}

/** What a test of a provider came to: whether it answered, what it offers, what it can be asked for. */
export function TestResult({ of, onList }: TestResultProps) {
  return (
    <div className="provider-test" role="status">
      <p>
        <Status tone={of.ok ? "ok" : "error"}>{of.ok ? "It answered" : "It did not work"}</Status> after <Duration ms={of.latency_ms} />
      </p>
      {of.error !== null && (
        <>
          <p>{of.error.message}</p>
          {of.error.hint !== "" && <p>{of.error.hint}</p>}
        </>
      )}
      {of.ok && (
        <>
          <p>It can be asked for {of.supports.map((one) => one.what).join(", ")}.</p>
          {of.models.length === 0 ? (
            <p>It names no models of its own.</p>
          ) : (
            <details>
              <summary>{of.models.length === 1 ? "One model" : `${of.models.length} models`}</summary>
              <ul className="provider-test__models num">
                {of.models.map((model) => (
                  <li key={model}>{model}</li>
                ))}
              </ul>
            </details>
          )}
          {onList !== undefined && of.models.length > 0 && (
            <Button size="sm" onPress={() => onList(of.models)}>
              List {of.models.length === 1 ? "it" : "them all"}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
