import { useState } from "react";

import { ApiError } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { number } from "@/kit/format";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";

type Line = components["schemas"]["PullProgress"] | components["schemas"]["PullEnd"];

/** Lines of JSON as they arrive. Throws ApiError when the gateway refuses. */
async function* lines(address: string): AsyncGenerator<Line> {
  const answer = await fetch(address, { method: "POST", credentials: "same-origin" });
  if (!answer.ok || answer.body === null) throw new ApiError(answer.status, null, `The gateway answered ${answer.status}.`);
  let left = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (left + part.value).split("\n");
    left = whole.pop() ?? "";
    for (const line of whole) if (line !== "") yield JSON.parse(line) as Line;
  }
}

type State = { step: "idle" } | { step: "reading"; share: number } | { step: "done" } | { step: "failed"; error: unknown };

/** Checks an embedded model's files: reads them whole and compares their checksums. */
export function Pull({ name }: { name: string }) {
  const [state, setState] = useState<State>({ step: "idle" });
  const pull = async () => {
    setState({ step: "reading", share: 0 });
    try {
      for await (const line of lines(`/api/models/${encodeURI(name)}/pull`)) {
        if ("total" in line) setState({ step: "reading", share: line.total === 0 ? 1 : line.done / line.total });
        else setState(line.ok ? { step: "done" } : { step: "failed", error: line.error?.message ?? "The files are not whole." });
      }
    } catch (error) {
      setState({ step: "failed", error });
    }
  };
  return (
    <Section
      title="Files"
      lead="The model came inside a package. Its files can be read whole and compared with their checksums."
      actions={
        <Button size="sm" onPress={() => void pull()} isPending={state.step === "reading"}>
          Pull
        </Button>
      }
    >
      {state.step === "reading" && (
        <p role="status">
          <progress value={state.share} aria-label="Files read" /> <span className="num">{number(state.share * 100)} %</span>
        </p>
      )}
      {state.step === "done" && (
        <p role="status">
          <Status tone="ok">The files are whole.</Status>
        </p>
      )}
      {state.step === "failed" && <ErrorNote error={state.error} />}
    </Section>
  );
}
