import { useState } from "react";

import { Chart } from "@/kit/Chart";
import { Code } from "@/kit/Code";
import { DataTable } from "@/kit/DataTable";
import { Diff } from "@/kit/Diff";
import { Duration } from "@/kit/Duration";
import { Markdown } from "@/kit/Markdown";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { Sparkline } from "@/kit/Sparkline";
import { Status } from "@/kit/Status";
import { Timeline } from "@/kit/Timeline";
import { type Span, TimeRange } from "@/kit/TimeRange";
import { When } from "@/kit/When";
import type { Column } from "@/kit/table/columns";
import { Sample } from "@/pages/kit/Sample";

interface Call {
  id: string;
  model: string;
  ms: number;
  tokens: number;
  usd: number;
  isWell: boolean;
}

const MODELS = ["fast", "openai/gpt-5-mini", "claude/haiku-4-5", "smollm2"];
const CALLS: readonly Call[] = Array.from({ length: 10_000 }, (_, place) => ({
  id: `req_${String(place).padStart(5, "0")}`,
  model: MODELS[place % MODELS.length] ?? "fast",
  ms: 180 + ((place * 7919) % 4200),
  tokens: (place * 104_729) % 3000,
  usd: ((place * 31) % 97) / 10_000,
  isWell: place % 9 !== 4,
}));
const COLUMNS: readonly Column<Call>[] = [
  { id: "id", header: "Call", cell: (call) => <code>{call.id}</code>, sort: (call) => call.id, required: true, width: 9 },
  { id: "model", header: "Model", cell: (call) => call.model, sort: (call) => call.model, grow: 2 },
  { id: "state", header: "State", cell: (call) => <Status tone={call.isWell ? "ok" : "error"}>{call.isWell ? "stop" : "timeout"}</Status> },
  { id: "ms", header: "Time", align: "end", cell: (call) => <Duration ms={call.ms} />, sort: (call) => call.ms },
  { id: "tokens", header: "Tokens", align: "end", cell: (call) => <Num value={call.tokens} />, sort: (call) => call.tokens },
  { id: "usd", header: "Cost", align: "end", cell: (call) => <Money usd={call.usd} />, sort: (call) => call.usd },
];
const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 10, 22, 0);
const AT = Array.from({ length: 48 }, (_, hour) => BEGIN + hour * HOUR);
const SERIES = MODELS.map((model, place) => ({
  id: model,
  label: model,
  values: AT.map((_, hour) => Math.round(40 + 30 * Math.sin(hour / 4 + place) + place * 18)),
}));
const SPARSE = [{ id: "sparse", label: "p95", values: AT.map((_, hour) => ([3, 5, 40].includes(hour) ? 100 + hour : null)) }];
const ONE = [BEGIN];
const LONE = [{ id: "lone", label: "p95", values: [138] }];
const PYTHON = `from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:4100/v1")  # the key is in the environment
answer = client.chat.completions.create(model="fast", messages=[{"role": "user", "content": "Name 3 rivers"}])
print(answer.choices[0].message.content)
`;
const BEFORE = `[models.fast]\nstrategy = "ordered"\nfallbacks = ["smollm2"]\n`;
const AFTER = `[models.fast]\nstrategy = "latency"\nfallbacks = ["smollm2", "openai/gpt-5-mini"]\n`;
const ANSWER = `Three rivers, by **length**:

| River | km |
|---|---:|
| Nile | 6,650 |
| Amazon | 6,400 |

1. The \`Nile\` flows north.
2. Speed is $v = \\frac{s}{t}$.
`;

/** What is read and measured. */
export default function Data() {
  const [span, setSpan] = useState<Span>({ since: "24h" });
  return (
    <>
      <Sample name="Numbers and times">
        <Num value={18_204} />
        <Num value={1_204_331} compact />
        <Money usd={41.07} />
        <Duration ms={8294} />
        <When at="2026-11-22T10:00:00Z" />
        <span className="kit__spark"><Sparkline label="Calls an hour" values={SERIES[0]?.values ?? []} /></span>
        <TimeRange value={span} onChange={setSpan} />
      </Sample>
      <Sample name="Data table" look="block" lead="Ten thousand rows: sorted, resized, walked through by keyboard.">
        <DataTable label="Calls" rows={CALLS} columns={COLUMNS} rowKey={(call) => call.id} name="kit" />
      </Sample>
      <Sample name="Chart" look="block">
        <Chart title="Calls an hour" at={AT} series={SERIES} />
        <Chart title="Calls an hour, stacked" kind="bars" at={AT} series={SERIES.slice(0, 2)} />
        <Chart title="Moments that stand alone" at={AT} series={SPARSE} />
        <Chart title="A single moment" at={ONE} series={LONE} />
        <Chart title="A single moment, as a bar" kind="bars" at={ONE} series={LONE} />
      </Sample>
      <Sample name="Timeline" look="block">
        <Timeline
          label="Call req_01JD3KQ7"
          total={8294}
          entries={[
            { id: "auth", at: 0, ms: 0.1, subject: "key ci", told: "allowed" },
            { id: "openai", at: 0.3, ms: 8002, subject: "openai", told: "no first byte in 8 s", state: { tone: "error", word: "timeout" } },
            { id: "claude", at: 8003, ms: 291, firstMs: 120, subject: "claude", told: "812 tokens", state: { tone: "ok", word: "stop" } },
          ]}
        />
      </Sample>
      <Sample name="Code, difference, markdown" look="block">
        <Code code={PYTHON} language="python" label="Python" />
        <Diff label="switchgear.toml" before={BEFORE} after={AFTER} />
        <Markdown text={ANSWER} headings={3} />
      </Sample>
    </>
  );
}
