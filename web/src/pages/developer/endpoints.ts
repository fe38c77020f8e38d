/** How a request's body is sent: as JSON, as a form with a file, or not at all. */
export type BodyKind = "json" | "form" | "none";

/** One endpoint that a request can be built for. */
export interface Endpoint {
  id: string;
  method: "GET" | "POST" | "DELETE";
  /** `{id}` in it is filled in by the reader. */
  path: string;
  title: string;
  section: "OpenAI" | "Anthropic" | "Rerank and feedback" | "Files and batches" | "MCP";
  body: BodyKind;
  /** An example of the body, with the name of a model. */
  example?: (model: string) => unknown;
  headers?: Readonly<Record<string, string>>;
  /** The form's field for the file. */
  file?: string;
  /** It takes a key: the session’s cookie does not open it. */
  keyOnly?: true;
}

const HELLO = [{ role: "user", content: "What is the capital of France? Answer in one sentence." }];
const MCP = { accept: "application/json, text/event-stream" };
const ANTHROPIC = { "anthropic-version": "2023-06-01" };

const rpc = (method: string, params: Record<string, unknown> = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params: {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "switchgear-console", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

const mcp = (method: string, name?: string) => ({
  ...MCP,
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name }),
});

/** The endpoint that a builder begins with. */
export const CHAT: Endpoint = { id: "chat", method: "POST", path: "/v1/chat/completions", title: "Chat completions", section: "OpenAI", body: "json", example: (model) => ({ model, messages: HELLO, stream: true }) };

/** Every endpoint of the data plane, in the order of the reference. */
export const ENDPOINTS: readonly Endpoint[] = [
  CHAT,
  { id: "responses", method: "POST", path: "/v1/responses", title: "Responses", section: "OpenAI", body: "json", example: (model) => ({ model, input: HELLO[0]?.content, stream: true }) },
  { id: "responses-tokens", method: "POST", path: "/v1/responses/input_tokens", title: "Count a response’s tokens", section: "OpenAI", body: "json", example: (model) => ({ model, input: HELLO[0]?.content }) },
  { id: "response", method: "GET", path: "/v1/responses/{id}", title: "A kept response", section: "OpenAI", body: "none" },
  { id: "response-items", method: "GET", path: "/v1/responses/{id}/input_items", title: "What a response was asked", section: "OpenAI", body: "none" },
  { id: "response-cancel", method: "POST", path: "/v1/responses/{id}/cancel", title: "Cancel a response", section: "OpenAI", body: "none" },
  { id: "response-delete", method: "DELETE", path: "/v1/responses/{id}", title: "Delete a response", section: "OpenAI", body: "none" },
  { id: "completions", method: "POST", path: "/v1/completions", title: "Completions", section: "OpenAI", body: "json", example: (model) => ({ model, prompt: "Once upon a time", max_tokens: 40, stream: true }) },
  { id: "embeddings", method: "POST", path: "/v1/embeddings", title: "Embeddings", section: "OpenAI", body: "json", example: (model) => ({ model, input: "Paris" }) },
  { id: "models", method: "GET", path: "/v1/models", title: "Models", section: "OpenAI", body: "none" },
  { id: "model", method: "GET", path: "/v1/models/{id}", title: "One model", section: "OpenAI", body: "none" },
  { id: "moderations", method: "POST", path: "/v1/moderations", title: "Moderations", section: "OpenAI", body: "json", example: (model) => ({ model, input: "A text to judge" }) },
  { id: "images", method: "POST", path: "/v1/images/generations", title: "Make an image", section: "OpenAI", body: "json", example: (model) => ({ model, prompt: "A switch cabinet, pencil drawing", size: "1024x1024" }) },
  { id: "images-edits", method: "POST", path: "/v1/images/edits", title: "Change an image", section: "OpenAI", body: "form", file: "image", example: (model) => ({ model, prompt: "Make it blue" }) },
  { id: "images-variations", method: "POST", path: "/v1/images/variations", title: "Vary an image", section: "OpenAI", body: "form", file: "image", example: (model) => ({ model, n: "1" }) },
  { id: "speech", method: "POST", path: "/v1/audio/speech", title: "Speech", section: "OpenAI", body: "json", example: (model) => ({ model, input: "Hello", voice: "alloy" }) },
  { id: "transcriptions", method: "POST", path: "/v1/audio/transcriptions", title: "Transcribe", section: "OpenAI", body: "form", file: "file", example: (model) => ({ model }) },
  { id: "translations", method: "POST", path: "/v1/audio/translations", title: "Translate speech", section: "OpenAI", body: "form", file: "file", example: (model) => ({ model }) },
  { id: "messages", method: "POST", path: "/v1/messages", title: "Messages", section: "Anthropic", body: "json", headers: ANTHROPIC, example: (model) => ({ model, max_tokens: 200, messages: HELLO, stream: true }) },
  { id: "count", method: "POST", path: "/v1/messages/count_tokens", title: "Count tokens", section: "Anthropic", body: "json", headers: ANTHROPIC, example: (model) => ({ model, messages: HELLO }) },
  { id: "anthropic-models", method: "GET", path: "/v1/models", title: "Models, as Anthropic lists them", section: "Anthropic", body: "none", headers: ANTHROPIC },
  { id: "rerank", method: "POST", path: "/v1/rerank", title: "Rerank", section: "Rerank and feedback", body: "json", example: (model) => ({ model, query: "Capital of France", documents: ["Paris", "Lyon"] }) },
  { id: "feedback", method: "POST", path: "/v1/feedback", title: "Feedback on an answer", section: "Rerank and feedback", body: "json", example: () => ({ request_id: "req_…", thumbs: "up" }) },
  { id: "files", method: "GET", path: "/v1/files", title: "Files", section: "Files and batches", body: "none" },
  { id: "files-upload", method: "POST", path: "/v1/files", title: "Upload a file", section: "Files and batches", body: "form", file: "file", example: () => ({ purpose: "batch" }) },
  { id: "file", method: "GET", path: "/v1/files/{id}", title: "One file", section: "Files and batches", body: "none" },
  { id: "file-content", method: "GET", path: "/v1/files/{id}/content", title: "A file’s content", section: "Files and batches", body: "none" },
  { id: "file-delete", method: "DELETE", path: "/v1/files/{id}", title: "Delete a file", section: "Files and batches", body: "none" },
  { id: "batches", method: "GET", path: "/v1/batches", title: "Batches", section: "Files and batches", body: "none" },
  { id: "batches-create", method: "POST", path: "/v1/batches", title: "Make a batch", section: "Files and batches", body: "json", example: () => ({ input_file_id: "file-…", endpoint: "/v1/chat/completions", completion_window: "24h" }) },
  { id: "batch", method: "GET", path: "/v1/batches/{id}", title: "One batch", section: "Files and batches", body: "none" },
  { id: "batch-cancel", method: "POST", path: "/v1/batches/{id}/cancel", title: "Cancel a batch", section: "Files and batches", body: "none" },
  { id: "mcp-discover", method: "POST", path: "/mcp", title: "Discover the server", section: "MCP", body: "json", keyOnly: true, headers: mcp("server/discover"), example: () => rpc("server/discover") },
  { id: "mcp-tools", method: "POST", path: "/mcp", title: "List tools", section: "MCP", body: "json", keyOnly: true, headers: mcp("tools/list"), example: () => rpc("tools/list") },
  { id: "mcp-call", method: "POST", path: "/mcp", title: "Call a tool", section: "MCP", body: "json", keyOnly: true, headers: mcp("tools/call", "time__get_current_time"), example: () => rpc("tools/call", { name: "time__get_current_time", arguments: { timezone: "Europe/Paris" } }) },
  { id: "mcp-resources", method: "POST", path: "/mcp", title: "List resources", section: "MCP", body: "json", keyOnly: true, headers: mcp("resources/list"), example: () => rpc("resources/list") },
  { id: "mcp-prompts", method: "POST", path: "/mcp", title: "List prompts", section: "MCP", body: "json", keyOnly: true, headers: mcp("prompts/list"), example: () => rpc("prompts/list") },
];

/** The text of an endpoint's example for a model. */
export function exampleOf(endpoint: Endpoint, model: string): string {
  return endpoint.example === undefined ? "" : JSON.stringify(endpoint.example(model), null, 2);
}
