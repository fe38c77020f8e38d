// @copilotkit/aimock with the rules of ../scripted_model.py, behind a door that keeps the bodies as they came.
//
// aimock plays each provider in its own dialect but hands the rules a request it has made uniform, in which images are gone; the
// door looks for them where the dialect has them. Prints its address when it is ready, and ends when its input does.
// GET /seen gives what was asked so far: [{path, headers, body}].
import http from "node:http";
import { LLMock } from "@copilotkit/aimock";

const REASONING = "Six sevens are forty-two.";
const PLACE = { city: "Oslo", celsius: 21 };
const SHELLS = { Bash: "command", exec_command: "cmd" };
const OUTPUTS = ["final_result", "Place", "json"];
const usage = { prompt_tokens: 5, completion_tokens: 9, input_tokens: 5, output_tokens: 9, promptTokenCount: 5, candidatesTokenCount: 9 };

// what is not chat is always answered the same
const SOUND = Buffer.from("RIFF of a sort").toString("base64");
const OTHERS = {
  embedding: { embedding: [0.25, 0.5] },
  image: { images: [{ b64Json: "aW1hZ2U=", revisedPrompt: "A red square." }] },
  speech: { audio: SOUND },
  transcription: { transcription: { text: "Seven seas." } },
  translation: { transcription: { text: "Seven seas." } },
};

const seen = [];
const heard = new Set();
let picture = "";

const text = (content) =>
  typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("");

function lastTurn(messages) {
  let said = "";
  let results = [];
  for (const message of messages) {
    if (message.role === "user") {
      said = text(message.content);
      results = [];
    } else if (message.role === "tool") results.push(text(message.content));
  }
  return { said, results };
}

function toolCalls(said, tools) {
  const places = [...said.matchAll(/(?:[Ww]eather in|and) ([A-Z]\w+(?: Francisco)?)/g)].map((found) => found[1]);
  const output = tools.find((tool) => OUTPUTS.includes(tool.name));
  const tool = tools.find((one) => !OUTPUTS.includes(one.name));
  if (places.length && tool) {
    const [field = "city"] = Object.keys(tool.parameters?.properties ?? {});
    return places.map((place) => ({ name: tool.name, arguments: JSON.stringify({ [field]: place }) }));
  }
  return said.includes("JSON") && output ? [{ name: output.name, arguments: JSON.stringify(PLACE) }] : [];
}

// the calls of an agent's tools that do what was said
function tasks(said, tools) {
  const [, task, quoted] = /(Run|Add): (`[^]*)$/.exec(said) ?? [];
  const words = [...(quoted ?? "").matchAll(/`([^`]+)`/g)].map(([, word]) => word);
  const names = tools.map((tool) => tool.name);
  const call = (name, input) => ({ name, arguments: JSON.stringify(input) });
  const shell = names.find((name) => name in SHELLS);
  if (task === "Run" && shell) return words.map((word) => call(shell, { [SHELLS[shell]]: word }));
  if (task === "Add" && names.includes("Write")) return [call("Write", { file_path: words[0], content: words[1] })];
  if (task === "Add" && names.includes("apply_patch"))
    return [call("apply_patch", { input: `*** Begin Patch\n*** Add File: ${words[0]}\n+${words[1]}\n*** End Patch\n` })];
  return [];
}

function answer(request) {
  if (request._endpointType in OTHERS) return OTHERS[request._endpointType];
  const { said, results } = lastTurn(request.messages);
  const failing = /Fail (once )?with (\d+)(?: \((\w+)\))?/.exec(said);
  if (failing && !(failing[1] && heard.has(failing[3]))) {
    heard.add(failing[3]);
    const status = Number(failing[2]);
    return { error: { message: `Scripted ${status}.`, type: status === 429 ? "rate_limit_error" : "api_error" }, status, retryAfter: 1 };
  }
  if (results.length) return { content: `Tools said: ${results.join(" | ")}`, usage };
  const tools = (request.tools ?? []).map((tool) => tool.function);
  const asked = tasks(said, tools);
  if (asked.length) return { reasoning: REASONING, toolCalls: asked, usage };
  const calls = toolCalls(said, tools);
  if (calls.length) return { ...(said.startsWith("Think:") && { reasoning: REASONING }), toolCalls: calls, usage };
  if (said.startsWith("Think:") || said.includes("reasoning")) return { reasoning: REASONING, content: "42", usage };
  if (said.includes("JSON")) return { content: JSON.stringify(PLACE), usage };
  if (said.includes("image")) return { content: picture ? `I see ${picture}.` : "I see nothing.", usage };
  return { content: `You said: ${said}`, usage };
}

// where each dialect has its images, as base64
const IMAGES = [
  [/\/messages$/, (body) => body.messages.flatMap((m) => [m.content].flat()).map((b) => b?.source?.data)],
  [/enerateContent$/, (body) => body.contents.flatMap((c) => c.parts).map((p) => p.inlineData?.data)],
  [/\/converse/, (body) => body.messages.flatMap((m) => m.content).map((b) => b.image?.source?.bytes)],
  [/\/api\/chat$/, (body) => body.messages.flatMap((m) => m.images ?? [])],
  [/\/responses$/, (body) => [body.input].flat().flatMap((i) => [i?.content].flat()).map((p) => p?.image_url?.split(";base64,")[1])],
  [/\/chat\/completions$/, (body) => body.messages.flatMap((m) => [m.content].flat()).map((p) => p?.image_url?.url?.split(";base64,")[1])],
];

function lookAt(path, body) {
  const [, find] = IMAGES.find(([pattern]) => pattern.test(path)) ?? [];
  const data = find?.(body).filter(Boolean).map((one) => Buffer.from(one, "base64")) ?? [];
  return data
    .filter((raw) => raw.subarray(1, 4).toString() === "PNG")
    .map((raw) => `a PNG of ${raw.readUInt32BE(16)}x${raw.readUInt32BE(20)}`)
    .join(" and ");
}

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", chunkSize: 5 });
mock.on({ predicate: () => true }, answer);
await mock.start();

async function readAll(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

const door = http.createServer(async (request, response) => {
  const raw = await readAll(request);
  const path = new URL(request.url, mock.url).pathname;
  if (path === "/seen") {
    response.end(JSON.stringify(seen));
    return;
  }
  if (request.headers["content-type"]?.startsWith("application/json") && raw.length) {
    const body = JSON.parse(raw);
    seen.push({ path: request.url, headers: request.headers, body });
    picture = lookAt(path, body);
  }
  const { host, "content-length": length, "transfer-encoding": coding, ...headers } = request.headers;
  const options = { method: request.method, headers: { ...headers, "content-length": raw.length } };
  const onward = http.request(new URL(request.url, mock.url), options, (answered) => {
    response.writeHead(answered.statusCode, answered.headers);
    answered.pipe(response);
  });
  onward.on("error", () => response.destroy());
  onward.end(raw);
});

door.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${door.address().port}`));
process.stdin.resume().on("end", () => process.exit(0));
