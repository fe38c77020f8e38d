/** What a request is written in. */
export type CodeLanguage = "curl" | "python" | "javascript";

function python(value: unknown, indent: number): string {
  const pad = " ".repeat(indent);
  const inner = " ".repeat(indent + 4);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    return value.length === 0 ? "[]" : `[\n${value.map((one) => `${inner}${python(one, indent + 4)},\n`).join("")}${pad}]`;
  }
  if (typeof value === "object") {
    const members = Object.entries(value).map(([name, one]) => `${inner}${JSON.stringify(name)}: ${python(one, indent + 4)},\n`);
    return `{\n${members.join("")}${pad}}`;
  }
  return JSON.stringify(value);
}

function curl(request: object, url: string): string {
  const body = JSON.stringify({ ...request, stream: true }, null, 2).replaceAll("'", String.raw`'\''`);
  return `curl -N ${url}/v1/chat/completions \\\n  -H "authorization: Bearer $SWITCHGEAR_KEY" \\\n  -H 'content-type: application/json' \\\n  -d '${body}'\n`;
}

function inPython(request: Record<string, unknown>, url: string): string {
  const { switchgear, ...known } = request;
  const extra = switchgear === undefined ? {} : { extra_body: { switchgear } };
  const lines = Object.entries({ ...known, stream: true, ...extra }).map(([name, one]) => `    ${name}=${python(one, 4)},\n`);
  return `import os

from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${url}/v1`)}, api_key=os.environ["SWITCHGEAR_KEY"])
stream = client.chat.completions.create(
${lines.join("")})
for chunk in stream:
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
`;
}

function inJavaScript(request: Record<string, unknown>, url: string): string {
  const body = JSON.stringify({ ...request, stream: true }, null, 2);
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(`${url}/v1`)}, apiKey: process.env.SWITCHGEAR_KEY });
const stream = await client.chat.completions.create(${body});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
`;
}

/** A request as a program that sends it to the gateway at `url`, with the key from the environment. */
export function codeText(language: CodeLanguage, request: Record<string, unknown>, url: string): string {
  if (language === "curl") return curl(request, url);
  return language === "python" ? inPython(request, url) : inJavaScript(request, url);
}
