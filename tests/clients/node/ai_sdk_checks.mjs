// The Vercel AI SDK with its OpenAI (responses and chat), OpenAI-compatible and Anthropic providers.
import assert from "node:assert/strict";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, Output, embedMany, generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { check, equal, key, png, root, run } from "./checking.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const openai = createOpenAI({ baseURL: `${root}/v1`, apiKey: key });
const compatible = createOpenAICompatible({
  name: "switchgear",
  baseURL: `${root}/v1`,
  apiKey: key,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const anthropic = createAnthropic({ baseURL: `${root}/v1`, apiKey: key });

const chat = (model) => openai.chat(model);
const compatibleChat = (model) => compatible.chatModel(model);
const responses = (model) => openai.responses(model);
const messages = (model) => anthropic(model);

const same = { maxRetries: 0, maxOutputTokens: 4000 };
const place = z.object({ city: z.string(), celsius: z.number().int() });
const THOUGHT = "Six sevens are forty-two.";

async function answers(model) {
  const result = await generateText({ model, ...same, system: "Be brief.", prompt: "Say hello." });
  equal([result.text, result.finishReason], ["You said: Say hello.", "stop"]);
  assert(result.usage.totalTokens >= 0);
}

async function streams(model) {
  const result = streamText({ model, ...same, prompt: "Say hello.", onError: () => {} });
  const pieces = [];
  for await (const part of result.fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") pieces.push(part.text);
  }
  equal(pieces.join(""), "You said: Say hello.");
  equal(await result.finishReason, "stop");
}

function weather(called) {
  return {
    get_weather: tool({
      description: "Weather at a place",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        called.push(city);
        return `sunny in ${city}`;
      },
    }),
  };
}

async function runsTools(model) {
  const called = [];
  const prompt = "Weather in Oslo and Bergen?";
  const result = await generateText({ model, ...same, tools: weather(called), stopWhen: isStepCount(3), prompt });
  equal(called.sort(), ["Bergen", "Oslo"]);
  equal(result.steps.map((step) => step.finishReason), ["tool-calls", "stop"]);
  assert.match(result.text, /^Tools said: .*sunny in Oslo.*sunny in Bergen/);
}

async function streamsTools(model) {
  const called = [];
  const prompt = "Weather in Oslo and Bergen?";
  const result = streamText({ model, ...same, tools: weather(called), stopWhen: isStepCount(3), prompt, onError: () => {} });
  const kinds = [];
  for await (const part of result.fullStream) {
    if (part.type === "error") throw part.error;
    kinds.push(part.type);
  }
  equal(called.sort(), ["Bergen", "Oslo"]);
  equal(kinds.filter((kind) => kind === "tool-call").length, 2);
  assert.match((await result.steps).at(-1).text, /^Tools said: .*sunny in Oslo.*sunny in Bergen/);
}

async function sees(model) {
  const content = [
    { type: "text", text: "Describe the image." },
    { type: "file", mediaType: "image/png", data: png() },
  ];
  equal((await generateText({ model, ...same, messages: [{ role: "user", content }] })).text, "I see a PNG of 4x4.");
}

async function givesStructuredOutput(model) {
  const wish = { model, ...same, output: Output.object({ schema: place }), prompt: "Give the place as JSON." };
  equal((await generateText(wish)).output, { city: "Oslo", celsius: 21 });
  const stream = streamText({ ...wish, onError: () => {} });
  let last;
  for await (const partial of stream.partialOutputStream) last = partial;
  equal(last, { city: "Oslo", celsius: 21 });
}

async function thinks(model, providerOptions) {
  const wish = { model, ...same, providerOptions, prompt: "Think: what is six times seven?" };
  const whole = await generateText(wish);
  equal([whole.reasoningText, whole.text], [THOUGHT, "42"]);
  const stream = streamText({ ...wish, onError: () => {} });
  const order = [];
  for await (const part of stream.fullStream) {
    if (part.type === "error") throw part.error;
    if (["reasoning-start", "reasoning-end", "text-start", "text-end"].includes(part.type)) order.push(part.type);
  }
  equal(order, ["reasoning-start", "reasoning-end", "text-start", "text-end"]);
  equal([await stream.reasoningText, await stream.text], [THOUGHT, "42"]);
}

async function fails(make, model) {
  for (const [name, prompt, status, retryable] of [
    [model, "Fail with 429", 429, true],
    [`${model}-not`, "Hi", 404, false],
  ]) {
    const error = await generateText({ model: make(name), ...same, prompt }).then(
      () => assert.fail("nothing was thrown"),
      (thrown) => thrown,
    );
    assert(APICallError.isInstance(error), `${error}`);
    equal([error.statusCode, error.isRetryable], [status, retryable]);
  }
}

// ---------------------------------------------------------------- responses

check("responses_answer", [], (model) => answers(responses(model)));
check("responses_stream", [], (model) => streams(responses(model)));
check("responses_run_tools", [], (model) => runsTools(responses(model)));
check("responses_stream_tools", [], (model) => streamsTools(responses(model)));
check("responses_see_images", [], (model) => sees(responses(model)));
check("responses_give_structured_output", [], (model) => givesStructuredOutput(responses(model)));
check("responses_show_reasoning", ["azure", "ollama"], (model) =>
  thinks(responses(model), { openai: { reasoningEffort: "low", reasoningSummary: "auto" } }),
);
check("responses_errors_are_the_clients_own", [], (model) => fails(responses, model));

// ---------------------------------------------------------------- chat

check("chat_answers", [], (model) => answers(chat(model)));
check("chat_streams", [], (model) => streams(chat(model)));
check("chat_runs_tools", [], (model) => runsTools(chat(model)));
check("chat_streams_tools", [], (model) => streamsTools(chat(model)));
check("chat_sees_images", [], (model) => sees(chat(model)));
check("chat_gives_structured_output", [], (model) => givesStructuredOutput(chat(model)));
check("chat_errors_are_the_clients_own", [], (model) => fails(chat, model));

// ---------------------------------------------------------------- any OpenAI-compatible API

check("compatible_answers", [], (model) => answers(compatibleChat(model)));
check("compatible_streams", [], (model) => streams(compatibleChat(model)));
check("compatible_streams_tools", [], (model) => streamsTools(compatibleChat(model)));
check("compatible_gives_structured_output", [], (model) => givesStructuredOutput(compatibleChat(model)));
check("compatible_shows_reasoning", ["azure", "ollama"], (model) =>
  thinks(compatibleChat(model), { switchgear: { reasoningEffort: "low" } }),
);

// ---------------------------------------------------------------- messages

check("messages_answer", [], (model) => answers(messages(model)));
check("messages_stream", [], (model) => streams(messages(model)));
check("messages_run_tools", [], (model) => runsTools(messages(model)));
check("messages_stream_tools", [], (model) => streamsTools(messages(model)));
check("messages_see_images", [], (model) => sees(messages(model)));
check("messages_give_structured_output", [], (model) => givesStructuredOutput(messages(model)));
check("messages_show_thinking", ["azure", "ollama"], (model) =>
  thinks(messages(model), { anthropic: { thinking: { type: "enabled", budgetTokens: 2048 } } }),
);
check("messages_errors_are_the_clients_own", [], (model) => fails(messages, model));

// ---------------------------------------------------------------- the rest

check("embeddings_come", ["messages", "gemini", "ollama", "bedrock"], async (model) => {
  const { embeddings } = await embedMany({ model: openai.embedding(model), values: ["one", "two"], ...{ maxRetries: 0 } });
  equal(embeddings.length, 2);
});

await run();
