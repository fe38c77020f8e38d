import { Draft, type Outgoing } from "@/pages/chat/draft";
import type { Local } from "@/pages/chat/local";
import { LONG_PASTE } from "@/pages/chat/long";
import { type Conversation, type Message, messageId, type Part, partsOf, textOf } from "@/pages/chat/parts";
import type { Picture } from "@/pages/chat/pictures";
import { type Progress, Run } from "@/pages/chat/run";
import { fields, read, type Settings } from "@/pages/chat/settings";
import { costOf, imageData, keepImage, type MessageBody, type Piece, store } from "@/pages/chat/store";
import { keepUnkept, mayPass, onItsWay } from "@/pages/chat/unkept";
import { wire, type WireMessage } from "@/pages/chat/wire";

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
  /** Why it could not be loaded. */
  problem: unknown;
  /** Why an answer is not kept at the gateway yet; this browser has it. */
  unkept: unknown;
}

const KEPT_EVERY_MS = 1000;
const GO_ON = "Your answer was cut off. Go on exactly where it stopped, without repeating anything and without a remark about it.";
const TITLE = 60;

/** One conversation with models: its branch, the answers that are on their way, and everything one does to it. */
export class Talk {
  /** What one is writing in it. */
  readonly draft: Draft;
  private readonly listeners = new Set<() => void>();
  private state: View;
  private loading: Promise<void> | null = null;
  private fetching: Promise<void> | null = null;
  private rescuing: Promise<unknown> | null = null;
  /** Counts what was asked of the branch, so that a late answer does not overwrite a newer one. */
  private turn = 0;
  /** A question of which it is not known whether it arrived: the same one is sent again under the same id. */
  private unsure = { said: "", id: "" };
  /** Pictures that the gateway has, by their ids here. */
  private readonly images = new Map<string, string>();
  private isBorn: boolean;
  /** The answer that one chose to go on from, while others of its comparison are on their way. */
  private chosen = "";

  constructor(
    readonly local: Local,
    private id: string,
    settings: Settings,
    private readonly born: (talk: Talk, id: string) => void,
    private readonly moved: () => void,
  ) {
    this.isBorn = id !== "";
    this.draft = new Draft(local, id === "" ? "new" : id);
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
      unkept: null,
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
  load(again = false): Promise<void> {
    if (this.id === "") return Promise.resolve();
    this.fetching ??= this.loading === null || again ? this.fetch() : null;
    this.loading = this.fetching ?? this.loading ?? Promise.resolve();
    return this.loading;
  }

  private async fetch(): Promise<void> {
    this.set({ isLoading: this.state.messages.length === 0, problem: null });
    try {
      await this.rescue();
      const conversation = await store.get(this.id);
      this.set({ conversation, settings: read(conversation.settings) });
      await this.refresh();
      this.set({ isLoading: false });
    } catch (problem) {
      this.loading = null;
      this.set({ problem, isLoading: false });
    } finally {
      this.fetching = null;
    }
  }

  /** The gateway is back, or somebody signed in again: what could not be done is done now. */
  comeBack(): void {
    const { problem, unkept, isLoading } = this.state;
    if (!isLoading && (mayPass(problem) || mayPass(unkept))) void this.load(true);
  }

  /** Adds the answers that never reached the store. Throws ApiError when that has to wait. */
  private async rescue(): Promise<void> {
    const running = this.state.runs.map((run) => run.id);
    this.rescuing ??= keepUnkept(this.local, this.id, running).finally(() => {
      this.rescuing = null;
    });
    this.set({ unkept: await this.rescuing });
  }

  private asView(piece: Piece): Partial<View> {
    return { messages: piece.data, others: piece.others, next: piece.next };
  }

  /** Fetches the messages before the first one. */
  async older(): Promise<void> {
    const { next } = this.state;
    if (next === null) return;
    const piece = await store.branch(this.id, next);
    const { messages, others } = this.state;
    if (messages[0]?.id !== next) return; // asked twice, or another branch is in sight by now
    this.set({ messages: [...piece.data, ...messages], others: [...piece.others, ...others], next: piece.next });
  }

  /** Sets it up anew, from the next question on. */
  setUp(settings: Settings): void {
    this.set({ settings });
    if (this.id !== "") void store.change(this.id, { settings: { ...settings } }).catch(() => undefined);
  }

  /** Asks. Throws ApiError when the question could not be kept: nothing was sent then. */
  async send({ text, pasted, pictures }: Outgoing): Promise<void> {
    await this.load(); // it goes below what was said before
    if (this.state.problem instanceof Error) throw this.state.problem;
    if (this.state.settings.models.length === 0) throw new Error("Choose a model first.");
    if (this.id === "") await this.begin(text === "" ? (pasted[0]?.text ?? "") : text);
    const parts: Part[] = [text, ...pasted.map((one) => one.text)].filter((one) => one !== "").map((one) => ({ type: "text", text: one }));
    for (const one of pictures) parts.push({ type: "image", image: await this.image(one), alt: one.alt });
    const ask = await this.question(this.state.messages.at(-1)?.id ?? null, parts, this.state.messages);
    ask();
    if (this.isBorn) return;
    this.isBorn = true;
    this.draft.rename(this.id);
    this.born(this, this.id);
  }

  private async image({ id, blob }: Picture): Promise<string> {
    const kept = this.images.get(id) ?? (await keepImage(this.id, blob));
    this.images.set(id, kept);
    return kept;
  }

  /** Asks once more with other words, as another branch. Throws ApiError when the question could not be kept. */
  async askAnew(message: Message, text: string): Promise<void> {
    const kept = partsOf(message).filter((part) => !isShort(part));
    const place = this.state.messages.findIndex((one) => one.id === message.id);
    const said: Part[] = text === "" ? kept : [{ type: "text", text }, ...kept];
    const ask = await this.question(message.parent_id, said, this.state.messages.slice(0, place));
    ask();
    await this.refresh().catch(() => undefined);
  }

  private async begin(text: string): Promise<void> {
    const title = text.slice(0, 20 * TITLE).replace(/\s+/g, " ").trim().slice(0, TITLE);
    const conversation = await store.create(title.replace(/[\x00-\x1f\x7f]/g, ""), this.state.settings);
    this.id = conversation.id;
    this.loading = Promise.resolve();
    this.set({ conversation });
  }

  /** Keeps a question below `before`; gives what has it answered. */
  private async question(parent: string | null, content: Part[], before: readonly Message[]): Promise<() => void> {
    const said = JSON.stringify([parent, content]);
    if (this.unsure.said !== said) this.unsure = { said, id: messageId() };
    const { id } = this.unsure;
    const body: MessageBody = { id, parent_id: parent, role: "user", content };
    await store.add(this.id, body);
    this.unsure = { said: "", id: "" };
    this.turn += 1;
    this.set({ messages: [...before, asMessage(body, id)] });
    this.moved();
    return () => {
      const models = this.state.settings.models;
      const beside = models.length > 1 ? id : "";
      for (const model of models) void this.answer(new Run(messageId(), model, id, beside), this.state.messages);
    };
  }

  /** Lets a model answer the question before `message` again, or another model. */
  retry(message: Message, model: string = message.model): void {
    const place = this.state.messages.findIndex((one) => one.id === message.parent_id);
    const branch = this.state.messages.slice(0, place + 1);
    this.turn += 1;
    this.set({ messages: branch });
    void this.answer(new Run(messageId(), model, message.parent_id ?? "", ""), branch);
  }

  /** Lets the model of an answer that was cut off go on where it stopped; the whole is another branch. */
  goOn(message: Message): void {
    const before = partsOf(message).filter((part) => part.type !== "error");
    const place = this.state.messages.findIndex((one) => one.id === message.parent_id);
    const branch = this.state.messages.slice(0, place + 1);
    this.turn += 1;
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
    this.turn += 1;
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

  /** Fetches the end of the branch; what comes after a newer change is let go. */
  private async refresh(): Promise<void> {
    this.turn += 1;
    const { turn } = this;
    const piece = await store.branch(this.id, null);
    if (turn === this.turn) this.set(this.asView(piece));
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
    const over = onItsWay(run.id);
    let last: Progress;
    try {
      await this.rescue(); // what was said before comes before
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
    over();
  }

  /** Keeps an answer that ended, and lets the kept message take the run's place. */
  private async settle(run: Run, ended: Progress): Promise<void> {
    const body = this.keep(run, ended, ended.state === "running" ? "cut" : ended.state);
    const cost = ended.cost ?? (ended.totalMs === null ? null : await costOf(ended.callId));
    const whole = { ...body, cost_usd: cost === null ? null : cost.toFixed(12) };
    let unkept: unknown = null;
    try {
      await store.add(this.id, whole);
      this.local.dropAnswer(this.id, run.id);
    } catch (problem) {
      unkept = problem; // it stays in the browser, and is sent again when the gateway is back
      this.local.keepAnswer(this.id, run.id, whole);
    }
    const runs = this.state.runs.filter((one) => one !== run);
    const message = asMessage(whole, run.id);
    const last = this.state.messages.at(-1);
    this.turn += 1;
    if (last?.id === run.parent) this.set({ runs, messages: [...this.state.messages, message] });
    else this.set({ runs, others: [...this.state.others, message] });
    if (unkept !== null) this.set({ unkept });
    else if (runs.length === 0) {
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

/** Whether a part of a question can be written anew in a field. */
export function isShort(part: Part): boolean {
  return part.type === "text" && part.text.length < LONG_PASTE;
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
