import { ApiError } from "@/api/client";
import type { Local } from "@/pages/chat/local";
import type { Pasted } from "@/pages/chat/long";
import { MOST_PICTURES, newId, type Picture, picture } from "@/pages/chat/pictures";

/** What goes to a model with one question. */
export interface Outgoing {
  text: string;
  pasted: readonly Pasted[];
  pictures: readonly Picture[];
}

/** What is seen of a draft beside its text; a new object after each change. */
export interface Written {
  pictures: readonly Picture[];
  pasted: readonly Pasted[];
  /** Why something was refused, or not sent. */
  problem: string;
  /** What of it the browser cannot keep. */
  note: string;
  isSending: boolean;
  /** Counts how often the text was changed by something else than the field. */
  changes: number;
}

const SETTLES_MS = 200;
const TOO_LONG = "This is too long to be kept in the browser as a draft. It can be sent.";
const NOT_KEPT = "This browser does not keep what is attached: it is lost when the page is closed.";

function joined(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first}\n\n${second}`;
}

/** Why something was not sent, and what to do next. */
export function notSent(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ApiError ? (error.problem?.hint ?? "") : "";
  return ["It was not sent, and is still here.", why, hint].filter((one) => one !== "").join(" ");
}

/**
 * What a person is writing in one conversation. It outlives the field: other pages, a reload, an end of the session; it is given up
 * only when the gateway has it.
 */
export class Draft {
  /** What stands in the field. */
  text: string;
  private readonly listeners = new Set<() => void>();
  private readonly fetched: Promise<void>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private state: Written = { pictures: [], pasted: [], problem: "", note: "", isSending: false, changes: 0 };
  /** What is on its way: it is kept until it has arrived. */
  private outgoing: Outgoing | null = null;
  /** What is attached is not what was kept. */
  private isMoved = false;
  private shelving: Promise<void> | null = null;

  constructor(
    private readonly local: Local,
    private id: string,
  ) {
    this.text = local.draft(id);
    this.fetched = this.fetch();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly view = (): Written => this.state;

  private set(change: Partial<Written>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private async fetch(): Promise<void> {
    const { pictures, pasted } = await this.local.shelf.get(this.id);
    if (pictures.length === 0 && pasted.length === 0) return;
    const shown = pictures.map((one) => ({ ...one, url: URL.createObjectURL(one.blob) }));
    this.set({ pictures: [...shown, ...this.state.pictures], pasted: [...pasted, ...this.state.pasted] });
  }

  /** Takes in what stands in the field. */
  type(text: string): void {
    this.text = text;
    this.later();
  }

  /** Has a long text go along. */
  paste(text: string): void {
    this.attach({ pasted: [...this.state.pasted, { id: newId(), text }] });
  }

  /** Has pictures go along; what cannot is told. */
  async add(files: Iterable<File>): Promise<void> {
    const problems: string[] = [];
    for (const file of [...files]) {
      try {
        if (this.state.pictures.length >= MOST_PICTURES) throw new Error(`A question takes up to ${MOST_PICTURES} pictures. ${file.name} was left out.`);
        const made = await picture(file);
        this.attach({ pictures: [...this.state.pictures, made] });
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    this.set({ problem: problems.join(" ") });
  }

  /** Takes in what a picture shows, in words. */
  describe(made: Picture): void {
    this.attach({ pictures: this.state.pictures.map((one) => (one.id === made.id ? made : one)) });
  }

  /** Lets go of a picture or a text. */
  remove(id: string): void {
    for (const one of this.state.pictures) if (one.id === id) URL.revokeObjectURL(one.url);
    this.attach({
      pictures: this.state.pictures.filter((one) => one.id !== id),
      pasted: this.state.pasted.filter((one) => one.id !== id),
    });
  }

  private attach(change: Partial<Written>): void {
    this.set({ ...change, problem: "" });
    this.move();
  }

  /** Gives it away. It is given back, with what was written since, when it does not arrive. */
  async send(deliver: (outgoing: Outgoing) => Promise<void>): Promise<void> {
    if (this.state.isSending) return;
    this.set({ isSending: true, problem: "" });
    await this.fetched;
    const { pictures, pasted } = this.state;
    const outgoing: Outgoing = { text: this.text.trim(), pictures, pasted };
    if (outgoing.text === "" && pictures.length === 0 && pasted.length === 0) {
      this.set({ isSending: false });
      return;
    }
    this.outgoing = outgoing;
    this.put("", { pictures: [], pasted: [] });
    try {
      await deliver(outgoing);
      this.outgoing = null;
      this.move();
      for (const one of pictures) URL.revokeObjectURL(one.url);
    } catch (error) {
      const { pictures: moreInSight, pasted: more } = this.state;
      this.outgoing = null;
      this.put(joined(outgoing.text, this.text), { pictures: [...pictures, ...moreInSight], pasted: [...pasted, ...more] });
      this.set({ problem: notSent(error) });
    }
    this.set({ isSending: false });
    this.keep();
  }

  private put(text: string, change: Partial<Written>): void {
    this.text = text;
    this.set({ ...change, changes: this.state.changes + 1 });
    this.move();
  }

  /** The conversation has another id from now on. */
  rename(id: string): void {
    this.local.keepDraft(this.id, "");
    void this.local.shelf.put(this.id, { pictures: [], pasted: [] });
    this.id = id;
    this.move();
    this.keep();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), SETTLES_MS);
  }

  /** Keeps it in the browser, now. */
  keep(): void {
    clearTimeout(this.timer);
    const isKept = this.local.keepDraft(this.id, joined(this.outgoing?.text ?? "", this.text));
    const note = isKept ? "" : TOO_LONG;
    if (note !== this.state.note && this.state.note !== NOT_KEPT) this.set({ note });
  }

  /** What is attached has changed: it is kept at once, and what changes meanwhile after that. */
  private move(): void {
    this.isMoved = true;
    this.shelving ??= this.shelve().finally(() => {
      this.shelving = null;
    });
  }

  private async shelve(): Promise<void> {
    await this.fetched;
    while (this.isMoved) {
      this.isMoved = false;
      const { outgoing } = this;
      const pictures = [...(outgoing?.pictures ?? []), ...this.state.pictures].map(({ id, blob, alt }) => ({ id, blob, alt }));
      const pasted = [...(outgoing?.pasted ?? []), ...this.state.pasted];
      if (!(await this.local.shelf.put(this.id, { pictures, pasted }))) this.set({ note: NOT_KEPT });
    }
  }

  /** Lets go of everything, for good. */
  discard(): void {
    for (const one of this.state.pictures) URL.revokeObjectURL(one.url);
    this.put("", { pictures: [], pasted: [] });
    this.keep();
  }
}
