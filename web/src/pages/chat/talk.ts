import { Local } from "@/pages/chat/local";
import { type Conversation, type Message, messageId, type Part, partsOf, textOf } from "@/pages/chat/parts";
import { type Progress, Run } from "@/pages/chat/run";
import { fields, read, type Settings } from "@/pages/chat/settings";
import { costOf, imageData, keepImage, type MessageBody, type Piece, store } from "@/pages/chat/store";
import { wire, type WireMessage } from "@/pages/chat/wire";

/** A picture that waits to be sent. */
export interface Picture {
  id: string;
  blob: Blob;
  url: string;
  alt: string;
}

/** An answer that ended, for those who are told of it. */
export interface Ended {
  id: string;
  model: string;
  state: Progress["state"];
  text: string;
}

/** What is seen of a conversation; a new object after each change. */
export interface View {
  conversation: Conversation | null;
  settings: Settings;
  messages: readonly Message[];
  others: readonly Message[];
  /** Where older messages begin; `null` at the beginning. */
  next: string | null;
  runs: readonly Run[];
  ended: Ended | null;
  isLoading: boolean;
  problem: unknown;
}

const KEPT_EVERY_MS = 1000;
const GO_ON = "Your answer was cut off. Go on exactly where it stopped, without repeating anything and without a remark about it.";
const TITLE = 60;

/** One conversation with models: its branch, the answers that are on their way, and everything one does to it. */
export class Talk {
  private readonly listeners = new Set<() => void>();
  private state: View;
  private loaded = false;
  /** The answer that one chose to go on from, while others of its comparison are on their way. */
  private chosen = "";

  constructor(
    readonly local: Local,
    private id: string,
    settings: Settings,
    private readonly born: (talk: Talk, id: string) => void,
    private readonly moved: () => void,
  ) {
    this.state = {
      conversation: null,
      settings,
      messages: [],
      others: [],
      next: null,
      runs: [],
      ended: null,
      isLoading: id !== "",
      problem: null,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly view = (): View => this.state;

  private set(change: Partial<View>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  /** Fetches it, once; answers that never reached the store are added first, as they were. */
  async load(again = false): Promise<void> {
    if (this.id === "" || (this.loaded && !again)) return;
    this.loaded = true;
    this.set({ isLoading: this.state.messages.length === 0, problem: null });
    try {
      const conversation = await store.get(this.id);
      for (const body of this.state.runs.length > 0 ? [] : this.local.answers(this.id)) await this.rescue(body as MessageBody);
      const piece = await store.branch(this.id, null);
      this.set({ conversation, settings: read(conversation.settings), ...this.asView(piece), isLoading: false });
    } catch (problem) {
      this.loaded = false;
      this.set({ problem, isLoading: false });
    }
  }

  private asView(piece: Piece): Partial<View> {
    return { messages: piece.data, others: piece.others, next: piece.next };
  }

  private async rescue(body: MessageBody): Promise<void> {
    try {
      await store.add(this.id, body);
    } finally {
      this.local.dropAnswer(this.id, body.id ?? "");
    }
  }

  /** Fetches the messages before the first one. */
  async older(): Promise<void> {
    const { next, messages, others } = this.state;
    if (next === null) return;
    const piece = await store.branch(this.id, next);
    this.set({ messages: [...piece.data, ...messages], others: [...piece.others, ...others], next: piece.next });
  }

  /** Sets it up anew, from the next question on. */
  setUp(settings: Settings): void {
    this.set({ settings });
    if (this.id !== "") void store.change(this.id, { settings: { ...settings } }).catch(() => undefined);
  }

  /** Asks. Throws ApiError when the question could not be kept: nothing was sent then. */
  async send(text: string, pictures: readonly Picture[]): Promise<void> {
    await this.begin(text);
    const images: Part[] = [];
    for (const one of pictures) images.push({ type: "image", image: await keepImage(this.id, one.blob), alt: one.alt });
    const parts: Part[] = text === "" ? images : [{ type: "text", text }, ...images];
    await this.question(this.state.messages.at(-1)?.id ?? null, parts);
  }

  /** Asks once more with other words, as another branch. */
  async askAnew(message: Message, text: string): Promise<void> {
    const kept = partsOf(message).filter((part) => part.type === "image");
    const place = this.state.messages.findIndex((one) => one.id === message.id);
    this.set({ messages: this.state.messages.slice(0, place) });
    await this.question(message.parent_id, [{ type: "text", text }, ...kept]);
    await this.refresh();
  }

  private async begin(text: string): Promise<void> {
    if (this.id !== "") return;
    const title = text.replace(/\s+/g, " ").trim().slice(0, TITLE);
    const conversation = await store.create(title.replace(/[\x00-\x1f\x7f]/g, ""), this.state.settings);
    this.id = conversation.id;
    this.loaded = true;
    this.set({ conversation });
    this.born(this, this.id);
  }

  private async question(parent: string | null, content: Part[]): Promise<void> {
    const id = messageId();
    const body: MessageBody = { id, parent_id: parent, role: "user", content: content };
    await store.add(this.id, body);
    this.set({ messages: [...this.state.messages, asMessage(body, id)] });
    this.moved();
    const models = this.state.settings.models;
    const beside = models.length > 1 ? id : "";
    for (const model of models) void this.answer(new Run(messageId(), model, id, beside), this.state.messages);
  }

  /** Lets a model answer the question before `message` again, or another model. */
  retry(message: Message, model: string = message.model): void {
    const place = this.state.messages.findIndex((one) => one.id === message.parent_id);
    const branch = this.state.messages.slice(0, place + 1);
    this.set({ messages: branch });
    void this.answer(new Run(messageId(), model, message.parent_id ?? "", ""), branch);
  }

  /** Lets the model of an answer that was cut off go on where it stopped; the whole is another branch. */
  goOn(message: Message): void {
    const before = partsOf(message).filter((part) => part.type !== "error");
    const place = this.state.messages.findIndex((one) => one.id === message.parent_id);
    const branch = this.state.messages.slice(0, place + 1);
    this.set({ messages: branch });
    const more = [
      { role: "assistant", content: textOf(before) },
      { role: "user", content: GO_ON },
    ];
    void this.answer(new Run(messageId(), message.model, message.parent_id ?? "", "", before), branch, more);
  }

  /** Answers what a tool waited for, and lets the model go on. */
  async decide(message: Message, decisions: Readonly<Record<string, boolean>>): Promise<void> {
    const parts = partsOf(message).map((part) =>
      part.type === "tool" && part.id in decisions
        ? { ...part, status: decisions[part.id] === true ? "approved" : "declined" }
        : part,
    );
    await store.edit(this.id, message.id, parts);
    const content = parts as unknown as Message["content"];
    const branch = this.state.messages.map((one) => (one.id === message.id ? { ...message, content } : one));
    this.set({ messages: branch });
    void this.answer(new Run(messageId(), message.model, message.id, ""), branch, [], decisions);
  }

  /** Breaks off all answers that are on their way; what came is kept. */
  stop(): void {
    for (const run of this.state.runs) run.stop();
  }

  /** Shows the branch that goes through a message. */
  async show(message: string): Promise<void> {
    this.chosen = message;
    const conversation = await store.change(this.id, { show: message });
    this.set({ conversation });
    await this.refresh();
  }

  /** Shows the answer of a comparison that was chosen, or that of the first model. */
  private async showOneOf(beside: string): Promise<void> {
    const { messages, others, settings } = this.state;
    const answers = [...messages, ...others].filter((one) => one.beside === beside);
    const first = answers.find((one) => one.id === this.chosen) ?? answers.find((one) => one.model === settings.models[0]);
    if (first !== undefined) await store.change(this.id, { show: first.id });
  }

  /** Deletes a message with all that follows it. */
  async remove(message: string): Promise<void> {
    await store.removeMessage(this.id, message);
    await this.refresh();
    this.moved();
  }

  /** Takes over a new title or pin. */
  took(conversation: Conversation): void {
    this.set({ conversation });
  }

  private async refresh(): Promise<void> {
    this.set(this.asView(await store.branch(this.id, null)));
  }

  /** The request that would be sent now, but for the bytes of images: for those who want to see it as code. */
  async request(draft: string): Promise<Record<string, unknown>> {
    const messages = await wire(this.state.settings.system, this.state.messages, () => Promise.resolve("data:image/png;base64,…"));
    if (draft !== "") messages.push({ role: "user", content: draft });
    return { model: this.state.settings.models[0] ?? "", messages, ...fields(this.state.settings) };
  }

  private async answer(
    run: Run,
    branch: readonly Message[],
    more: readonly WireMessage[] = [],
    approvals: Readonly<Record<string, boolean>> = {},
  ): Promise<void> {
    this.set({ runs: [...this.state.runs, run] });
    const { settings } = this.state;
    const timer = setInterval(() => this.keep(run, run.progress(), "cut"), KEPT_EVERY_MS);
    let last: Progress;
    try {
      const messages = [...(await wire(settings.system, branch, (image) => imageData(this.id, image))), ...more];
      const given = fields(settings);
      if (Object.keys(approvals).length > 0) given.switchgear = { ...(given.switchgear as object), approvals };
      last = await run.follow({ model: run.model, messages, stream: true, stream_options: { include_usage: true }, ...given });
    } catch (error) {
      last = run.give(error);
    } finally {
      clearInterval(timer);
    }
    this.set({ ended: { id: run.id, model: run.model, state: last.state, text: textOf(last.parts) } });
    await this.settle(run, last);
  }

  /** Keeps an answer that ended, and lets the kept message take the run's place. */
  private async settle(run: Run, ended: Progress): Promise<void> {
    const body = this.keep(run, ended, ended.state === "running" ? "cut" : ended.state);
    const cost = ended.cost ?? (ended.totalMs === null ? null : await costOf(ended.callId));
    const whole = { ...body, cost_usd: cost === null ? null : cost.toFixed(12) };
    try {
      await store.add(this.id, whole);
      this.local.dropAnswer(this.id, run.id);
    } catch (problem) {
      this.set({ problem }); // it stays in the browser, and is sent again when the conversation is opened
    }
    const runs = this.state.runs.filter((one) => one !== run);
    const message = asMessage(whole, run.id);
    const last = this.state.messages.at(-1);
    if (last?.id === run.parent) this.set({ runs, messages: [...this.state.messages, message] });
    else this.set({ runs, others: [...this.state.others, message] });
    if (runs.length === 0) {
      if (run.beside !== "") await this.showOneOf(run.beside).catch(() => undefined);
      await this.refresh().catch(() => undefined);
      this.moved();
    }
  }

  private keep(run: Run, progress: Progress, state: Message["state"]): MessageBody {
    const { parts, usage, firstTokenMs, totalMs, callId } = progress;
    const body: MessageBody = {
      id: run.id,
      parent_id: run.parent,
      role: "assistant",
      state,
      content: parts as unknown as MessageBody["content"],
      model: run.model,
      params: {},
      usage,
      timings: { first_token_ms: firstTokenMs, total_ms: totalMs },
      call_id: callId,
      beside: run.beside,
    };
    if (parts.length > 0) this.local.keepAnswer(this.id, run.id, body);
    return body;
  }
}

function asMessage(body: MessageBody, id: string): Message {
  const now = new Date().toISOString();
  return {
    id,
    parent_id: body.parent_id ?? null,
    role: body.role,
    state: body.state ?? "complete",
    content: body.content,
    model: body.model ?? "",
    params: {},
    usage: { prompt_tokens: 0, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0, ...body.usage },
    timings: { first_token_ms: null, total_ms: null, ...body.timings },
    cost_usd: body.cost_usd ?? null,
    call_id: body.call_id ?? "",
    beside: body.beside ?? "",
    created_at: now,
    updated_at: now,
    siblings: [id],
  };
}
