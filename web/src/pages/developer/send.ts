import type { Endpoint } from "@/pages/developer/endpoints";

/** A request as the builder has it. */
export interface Wish {
  endpoint: Endpoint;
  /** What stands for `{id}` in the path. */
  id: string;
  body: string;
  file: File | null;
  /** A key; empty for the session. */
  key: string;
}

/** What came back so far. */
export interface Came {
  status: number;
  statusText: string;
  headers: readonly (readonly [string, string])[];
  /** Milliseconds to the headers, to the first byte of the body, and to its end. */
  headersMs: number;
  firstMs: number | null;
  totalMs: number | null;
  bytes: number;
  text: string;
  /** What is no text, to be kept as a file. */
  blob: Blob | null;
}

const MOST_TEXT = 1_000_000;
const TEXT = /^(text\/|application\/(problem\+)?(json|x-ndjson|jsonl))/;

/** The path of a wish, with its id filled in. */
export function pathOf({ endpoint, id }: Pick<Wish, "endpoint" | "id">): string {
  return endpoint.path.replace("{id}", encodeURIComponent(id));
}

/** The form of a body: its JSON's fields as text, and the file. Throws SyntaxError for what is no JSON object. */
function formOf({ endpoint, body, file }: Wish): FormData {
  const form = new FormData();
  const fields = JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) form.set(name, typeof value === "string" ? value : JSON.stringify(value));
  if (file !== null) form.set(endpoint.file ?? "file", file);
  return form;
}

/** The field of a message's params that `mcp-name` repeats. */
const NAMED_BY: Readonly<Record<string, string>> = { "tools/call": "name", "prompts/get": "name", "resources/read": "uri" };

/** A value of a header; what is not plain is written in base64 (MCP 2026-07-28, Streamable HTTP: Header encoding). */
function written(value: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !value.startsWith("=?base64?")) return value;
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}?=`;
}

/** The headers of a wish. Those of MCP repeat what its body says: the method, and the name of a tool. */
function headersOf({ endpoint, body }: Wish): Record<string, string> {
  const headers = { ...endpoint.headers };
  if (!("mcp-method" in headers)) return headers;
  try {
    const { method, params } = JSON.parse(body) as { method?: unknown; params?: Readonly<Record<string, unknown>> | null };
    const name = params?.[NAMED_BY[String(method)] ?? ""];
    delete headers["mcp-name"];
    if (typeof method === "string") headers["mcp-method"] = written(method);
    if (typeof name === "string") headers["mcp-name"] = written(name);
  } catch {
    // no JSON: the gateway says so
  }
  return headers;
}

function requestOf(wish: Wish, signal: AbortSignal): RequestInit {
  const headers = headersOf(wish);
  if (wish.key !== "") headers.authorization = `Bearer ${wish.key}`;
  if (wish.endpoint.body === "json") headers["content-type"] = "application/json";
  const body = wish.endpoint.body === "json" ? wish.body : wish.endpoint.body === "form" ? formOf(wish) : null;
  const credentials = wish.key === "" ? "same-origin" : "omit";
  return { method: wish.endpoint.method, headers, credentials, signal, ...(body === null ? {} : { body }) };
}

/**
 * Sends a request and tells what comes as it comes; a text of more than a million characters is cut.
 * Throws what fetch throws, and SyntaxError for a form whose fields are no JSON.
 */
export async function send(wish: Wish, signal: AbortSignal, tell: (came: Came) => void): Promise<void> {
  const began = performance.now();
  const since = () => performance.now() - began;
  const answer = await fetch(pathOf(wish), requestOf(wish, signal));
  const came: Came = {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers.entries()],
    headersMs: since(),
    firstMs: null,
    totalMs: null,
    bytes: 0,
    text: "",
    blob: null,
  };
  tell({ ...came });
  const type = answer.headers.get("content-type") ?? "";
  const decoder = new TextDecoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = answer.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    came.firstMs ??= since();
    came.bytes += part.value.length;
    if (!TEXT.test(type)) parts.push(part.value);
    else if (came.text.length < MOST_TEXT) came.text += decoder.decode(part.value, { stream: true });
    tell({ ...came });
  }
  came.totalMs = since();
  if (parts.length > 0) came.blob = new Blob(parts, { type });
  if (type.includes("json") && !type.includes("nd")) came.text = indented(came.text);
  tell({ ...came });
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut, or not what it says it is: shown as it came
  }
}

/** The same request for a terminal. The key is never in it: it names a variable. */
export function asCurl(wish: Wish, origin: string): string {
  const lines = [`curl -N -X ${wish.endpoint.method} ${origin}${pathOf(wish)}`, `-H "authorization: Bearer $KEY"`];
  for (const [name, value] of Object.entries(headersOf(wish))) lines.push(`-H "${name}: ${value}"`);
  if (wish.endpoint.body === "json") {
    lines.push(`-H "content-type: application/json"`, `-d '${wish.body.replaceAll("'", `'\\''`)}'`);
  }
  if (wish.endpoint.body === "form") lines.push(`-F ${wish.endpoint.file ?? "file"}=@${wish.file?.name ?? "FILE"}`);
  return lines.join(" \\\n  ");
}
