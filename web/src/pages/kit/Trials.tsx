import { useState } from "react";

import { Button } from "@/kit/Button";
import { type Column, DataTable } from "@/kit/DataTable";
import { Duration } from "@/kit/Duration";
import { Markdown } from "@/kit/Markdown";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";
import { TextArea } from "@/kit/TextArea";
import { Sample } from "@/pages/kit/Sample";

const COUNT = 100_000;
const ROWS = Array.from({ length: COUNT }, (_, place) => place);
const COLUMNS: Column<number>[] = [
  { id: "name", header: "Name", cell: (row) => `Row ${row}`, sort: (row) => row, required: true },
  { id: "square", header: "Square", cell: (row) => <Num value={row * row} />, sort: (row) => -row, align: "end" },
  { id: "cost", header: "Cost", cell: (row) => <Money usd={row / 1e6} />, align: "end" },
  { id: "took", header: "Took", cell: (row) => <Duration ms={row * 3} />, align: "end", hidden: true },
];
const TEXT = `# Markdown

Text with **weight**, \`code\`, a [link](https://example.com/a/page) and math: $e^{i\\pi} + 1 = 0$.

| Model | Tokens/s |
|---|---:|
| smollm2 | 158 |

\`\`\`python
def hello(name: str) -> str:
    return f"Hello, {name}"  # in the theme's colours
\`\`\`

שלום עולם: this one reads from right to left.
`;
const LONG = `${">".repeat(5_000)}\n\n${"[".repeat(5_000)}\n\n${"A word and *another*.\n\n".repeat(90_000)}`;
function Reader() {
  const [text, setText] = useState(TEXT);
  const [shown, setShown] = useState(TEXT);
  return (
    <>
      <TextArea label="Markdown" value={text} onChange={setText} rows={6} />
      <Button onPress={() => setShown(text)}>Read it</Button>
      <Button onPress={() => setShown(LONG)}>Read two megabytes</Button>
      <div data-reader="">
        <Markdown text={shown} />
      </div>
    </>
  );
}

/** Parts to be tried with more than a page has: a hundred thousand rows, and any text. */
export default function Trials() {
  return (
    <>
      <Sample name="Long table" lead="A hundred thousand rows; only those in view are in the document." look="block">
        <DataTable label="A hundred thousand rows" rows={ROWS} columns={COLUMNS} rowKey={String} actions={nothing} />
      </Sample>
      <Sample name="Any markdown" look="block">
        <Reader />
      </Sample>
    </>
  );
}

function nothing() {
  return [{ label: "Nothing", onAction: () => undefined }];
}
