import { useEffect, useState } from "react";

import { api, given } from "@/api/client";
import { lines } from "@/api/lines";
import type { components } from "@/api/schema";
import { ErrorNote } from "@/kit/ErrorNote";
import { RadioGroup } from "@/kit/RadioGroup";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { Switch } from "@/kit/Switch";
import { When } from "@/kit/When";
import { plain } from "@/pages/plugins/plain";

type Entry = components["schemas"]["PluginLogEntry"];

const KEPT = 1_000;
const KINDS = [
  { id: "all", label: "All" },
  { id: "wrote", label: "Written" },
  { id: "state", label: "Process" },
  { id: "denied", label: "Refused" },
];

/** What came lately, and comes from now on while `live`. */
function useLog(name: string, live: boolean, attempt: number): { entries: readonly Entry[]; error: unknown } {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (!live) return;
    const leaving = new AbortController();
    const follow = async (): Promise<void> => {
      const follows = lines<Entry>(`/api/plugins/${encodeURIComponent(name)}/log/follow`, { method: "GET", signal: leaving.signal });
      const told = await given(api.GET("/api/plugins/{name}/log", { params: { path: { name }, query: { lines: KEPT } } }));
      setEntries(told.data);
      setError(null);
      for await (const entry of follows) setEntries((before) => [...before, entry].slice(-KEPT));
    };
    follow().catch((problem: unknown) => {
      if (!leaving.signal.aborted) setError(problem);
    });
    return () => leaving.abort();
  }, [name, live, attempt]);
  return { entries, error };
}

/** What a plugin writes to standard error, how its process does, and which connections were refused to it. */
export function Log({ name }: { name: string }) {
  const [live, setLive] = useState(true);
  const [kind, setKind] = useState("all");
  const [attempt, setAttempt] = useState(0);
  const { entries, error } = useLog(name, live, attempt);
  const shown = entries.filter((entry) => kind === "all" || entry.kind === kind);
  return (
    <Section
      title="Log"
      titleHidden
      lead="The last lines, newest first, without secrets; of the worker that answers."
      actions={
        <>
          <RadioGroup label="Kind" labelHidden look="segments" options={KINDS} value={kind} onChange={setKind} />
          <Switch isSelected={live} onChange={setLive}>
            Live
          </Switch>
        </>
      }
    >
      {error !== null && <ErrorNote error={error} title="The log broke off." onRetry={() => setAttempt(attempt + 1)} />}
      {shown.length === 0 ? (
        <p>Nothing yet. A plugin starts when it is called.</p>
      ) : (
        <ol className="plugins__log" aria-label="Log" tabIndex={0}>
          {shown
            .slice()
            .reverse()
            .map((entry, place) => (
              <li key={`${entry.at} ${shown.length - place}`}>
                <When at={entry.at} />
                {entry.kind === "denied" && <Status tone="error">refused</Status>}
                {entry.kind === "state" && <Status tone="info">process</Status>}
                <span className="num">{plain(entry.text, 4_000)}</span>
              </li>
            ))}
        </ol>
      )}
    </Section>
  );
}
