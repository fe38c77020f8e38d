import { useQuery } from "@tanstack/react-query";

import { api, ApiError, given } from "@/api/client";
import { duration, money, number } from "@/kit/format";
import type { TimelineEntry } from "@/kit/Timeline";
import type { RoutedCall } from "@/pages/call/story";
import { toneOf } from "@/traffic/Outcome";

const MOST = 100;

async function laterCall(id: string): Promise<RoutedCall | null> {
  try {
    return await given(api.GET("/api/usage/{call_id}", { params: { path: { call_id: id } } }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

async function later(call: RoutedCall): Promise<TimelineEntry[]> {
  const began = Date.parse(call.at);
  const tools = await given(api.GET("/api/tool-calls", { params: { query: { parent: call.id, limit: 1000 } } }));
  const entries: TimelineEntry[] = tools.data.map((one) => ({
    id: `tool ${one.id}`,
    at: Date.parse(one.at) - began,
    ms: one.ms,
    subject: `tool ${one.plugin}__${one.tool}`,
    told: `${one.is_error ? "answered with an error" : one.error === "" ? "answered" : one.error} after ${duration(one.ms)}`,
    state: { tone: toneOf(one.outcome), word: one.outcome },
  }));
  for (let step = 2; step <= MOST; step += 1) {
    const one = await laterCall(`${call.id}.${step}`);
    if (one === null) break;
    const cost = one.cost === null ? "" : `, cost ${money(one.cost)}`;
    entries.push({
      id: one.id,
      at: Date.parse(one.at) - began,
      ms: one.latency_ms,
      subject: `step ${step}`,
      told: `${number(one.completion_tokens)} tokens${cost} in ${duration(one.latency_ms)}`,
      state: { tone: toneOf(one.outcome), word: one.outcome },
    });
  }
  return entries.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

/** What came after the first step of a call with tools: the tools that were called, and further steps. */
export function useSteps(call: RoutedCall) {
  const tooled = call.route.steps.some(({ stage }) => stage === "tools") && !call.id.includes(".");
  return useQuery({ queryKey: ["steps", call.id], queryFn: () => later(call), enabled: tooled });
}
