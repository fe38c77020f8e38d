/** What a quick start is filled in with. */
export interface Reader {
  /** Where the gateway is: `http://127.0.0.1:4100`. */
  url: string;
  /** A key, or the words that stand for one. */
  key: string;
  model: string;
}

/** One way to call the gateway. */
export interface Snippet {
  id: string;
  label: string;
  language: string;
  /** What it is about, in a sentence. */
  about: string;
  code: string;
}

const QUESTION = "What is the capital of France?";

/** What stands for a key where none is known. */
export const NO_KEY = "YOUR_KEY";

/** The quick start for a reader, one snippet a way. */
export function snippets({ url, key, model }: Reader): readonly Snippet[] {
  return [
    {
      id: "curl",
      label: "curl",
      language: "bash",
      about: "From a terminal, streamed.",
      code: `curl -N ${url}/v1/chat/completions \\
  -H "authorization: Bearer ${key}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${model}", "stream": true, "messages": [{"role": "user", "content": "${QUESTION}"}]}'`,
    },
    {
      id: "python",
      label: "Python",
      language: "python",
      about: "With OpenAI’s package: pip install openai.",
      code: `from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "${QUESTION}"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "javascript",
      label: "JavaScript",
      language: "javascript",
      about: "With OpenAI’s package: npm install openai.",
      code: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${url}/v1", apiKey: "${key}" });
const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "${QUESTION}" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: "claude",
      label: "Claude Code",
      language: "bash",
      about: "Any model behind Anthropic’s dialect; the tools of plugins over MCP.",
      code: `export ANTHROPIC_BASE_URL=${url}
export ANTHROPIC_AUTH_TOKEN=${key}
export ANTHROPIC_MODEL=${model}
claude

# the tools of installed plugins
claude mcp add --transport http switchgear ${url}/mcp --header "Authorization: Bearer ${key}"`,
    },
    {
      id: "mcp",
      label: "MCP clients",
      language: "json",
      about: "What most clients keep in a file, such as mcp.json.",
      code: JSON.stringify(
        { mcpServers: { switchgear: { type: "http", url: `${url}/mcp`, headers: { Authorization: `Bearer ${key}` } } } },
        null,
        2,
      ),
    },
  ];
}
