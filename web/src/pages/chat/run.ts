import { AnswerError, ask, type Chunk, type ToldTool } from "@/pages/chat/events";
import type { ErrorPart, Part, State, ToolPart } from "@/pages/chat/parts";

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
}

/** What one sees of an answer that is on its way. It is a new object after each frame in which something came. */
export interface Progress {
  parts: readonly Part[];
  state: State | "running";
  firstTokenMs: number | null;
  totalMs: number | null;
  usage: Usage;
  cost: number | null;
  callId: string;
}

const NOTHING: Usage = { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };

function toolPart(tool: ToldTool, before: ToolPart | null): ToolPart {
  const approval = tool.approval;
  return {
    type: "tool",
    id: tool.id,
    name: tool.name,
    status: tool.status,
    arguments: tool.arguments ?? before?.arguments ?? "",
    result: tool.output ?? tool.progress?.message ?? before?.result ?? "",
    ms: tool.ms ?? null,
    approval: approval === undefined ? "" : approval.by === "client" ? "client" : approval.id,
  };
}

/** One answer that a model is giving: it takes in what comes, and tells its readers once a frame. */
export class Run {
  private readonly listeners = new Set<() => void>();
  private readonly control = new AbortController();
  private parts: Part[];
  private shown: Progress;
  private frame = 0;
  private begun = 0;
  private firstTokenMs: number | null = null;
  private usage: Usage = NOTHING;
  private cost: number | null = null;
  private callId = "";

  constructor(
    readonly id: string,
    readonly model: string,
    readonly parent: string,
    readonly beside: string,
    before: readonly Part[] = [],
  ) {
    this.parts = [...before];
    this.shown = this.snapshot("running", null);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly progress = (): Progress => this.shown;

  /** Breaks it off; what came is kept. */
  stop(): void {
    this.control.abort();
  }

  /** Asks, and takes in the answer until it ends in whatever way; gives how it is then. Throws nothing. */
  async follow(body: Record<string, unknown>): Promise<Progress> {
    this.begun = performance.now();
    let state: State;
    try {
      for await (const chunk of ask(body, this.control.signal)) this.take(chunk);
      state = this.parts.some((part) => part.type === "tool" && part.status === "waiting") ? "waiting" : "complete";
    } catch (error) {
      state = this.control.signal.aborted ? "stopped" : this.failed(error);
    }
    cancelAnimationFrame(this.frame);
    this.tell(state, performance.now() - this.begun);
    return this.shown;
  }

  /** Ends it with an error that came before anything could be asked. */
  give(error: unknown): Progress {
    this.tell(this.failed(error), null);
    return this.shown;
  }

  private failed(error: unknown): State {
    const known = error instanceof AnswerError ? error : new AnswerError("failed", error instanceof Error ? error.message : String(error));
    const part: ErrorPart = { type: "error", code: known.code.slice(0, 200), text: known.message, hint: known.hint };
    const empty = !this.parts.some((one) => one.type === "text" || one.type === "tool");
    this.parts = [...this.parts, part];
    return empty ? "failed" : "cut";
  }

  private take(chunk: Chunk & { id?: string }): void {
    if (chunk.choices === undefined && chunk.id !== undefined) {
      this.callId = chunk.id;
      return;
    }
    const delta = chunk.choices?.[0]?.delta;
    const thought = delta?.reasoning_content ?? delta?.reasoning;
    if (thought) this.grow("reasoning", thought);
    if (delta?.content) this.grow("text", delta.content);
    if (chunk.usage) this.count(chunk.usage);
    if (chunk.switchgear) this.besides(chunk.switchgear);
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.tell("running", null));
  }

  private grow(type: "text" | "reasoning", text: string): void {
    this.firstTokenMs ??= performance.now() - this.begun;
    const last = this.parts.at(-1);
    if (last?.type === type) this.parts[this.parts.length - 1] = { type, text: last.text + text };
    else this.parts.push({ type, text: last === undefined ? text : text.replace(/^\n+/, "") });
  }

  private count(usage: NonNullable<Chunk["usage"]>): void {
    this.usage = {
      prompt_tokens: usage.prompt_tokens ?? 0,
      completion_tokens: usage.completion_tokens ?? 0,
      cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    };
  }

  private besides(told: NonNullable<Chunk["switchgear"]>): void {
    if (told.cost_usd !== undefined) this.cost = told.cost_usd;
    if (told.stopped?.reason === "approval") this.unsay(`[${told.stopped.message}]`);
    if (told.messages !== undefined && told.messages.length > 0) this.parts.push({ type: "said", messages: told.messages });
    const tool = told.tool;
    if (tool === undefined) return;
    const place = this.parts.findIndex((part) => part.type === "tool" && part.id === tool.id);
    const before = place < 0 ? null : (this.parts[place] as ToolPart);
    const now = toolPart(tool, before);
    if (before === null) this.parts.push(now);
    else this.parts[place] = now;
  }

  /** Takes back the gateway's own words at the end, for clients that see nothing else: here the call itself says what it waits for. */
  private unsay(note: string): void {
    const last = this.parts.at(-1);
    if (last?.type !== "text" || !last.text.endsWith(note)) return;
    const text = last.text.slice(0, -note.length).trimEnd();
    this.parts = text === "" ? this.parts.slice(0, -1) : [...this.parts.slice(0, -1), { type: "text", text }];
  }

  private snapshot(state: Progress["state"], totalMs: number | null): Progress {
    const { firstTokenMs, usage, cost, callId } = this;
    return { parts: [...this.parts], state, firstTokenMs, totalMs, usage, cost, callId };
  }

  private tell(state: Progress["state"], totalMs: number | null): void {
    this.frame = 0;
    this.shown = this.snapshot(state, totalMs);
    this.announce();
  }

  private announce(): void {
    for (const listener of this.listeners) listener();
  }
}
