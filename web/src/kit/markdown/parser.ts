import { type Marked, type Token } from "marked";

import { clean } from "@/kit/markdown/clean";
import { dialect, escaped } from "@/kit/markdown/marks";
import { sliceOf } from "@/kit/markdown/slices";

/** A piece of a text that was parsed: harmless HTML, or code. */
export interface Block {
  kind: "html" | "code";
  /** Harmless HTML, or the code. */
  text: string;
  language: string;
  /** More of it may come. */
  open: boolean;
}

/** What is to be shown: closed blocks in groups that do not change once they are full, and the open tail. */
export interface View {
  groups: readonly (readonly Block[])[];
  tail: readonly Block[];
}

/** Makes MathML of TeX; `null` for what it does not understand. */
export type MathMaker = (tex: string, display: boolean) => string | null;

const GROUP = 24;
/** A paragraph longer than this is shown as it was written: no person wrote its marks, and they cost time. */
const LONGEST_MARKED = 12_000;
const DEEPEST = /^(?:\s*[>\-*+]){24}/m;
const MATH = /<code data-math="(inline|block)">([\s\S]*?)<\/code>/g;

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

/**
 * Parses a text that grows. Blocks that are closed are parsed once; only the open one at the end is parsed again. It
 * works in steps, so that a long text does not hold up the page.
 */
export class Parser {
  #marked: Marked;
  #text = "";
  #complete = false;
  #done = 0;
  #carried = "";
  #groups: Block[][] = [];
  #tail: Block[] = [];
  #math: MathMaker | null = null;
  /** Somewhere in the text is math, and nothing yet to make it with. */
  wantsMath = false;

  constructor(headings: number) {
    this.#marked = dialect(headings);
  }

  /** The whole text as far as it came. What is not a longer one of the same begins anew. */
  feed(text: string, complete: boolean): void {
    if (!text.startsWith(this.#text) || (this.#complete && text !== this.#text)) this.#reset();
    this.#text = text;
    this.#complete = complete;
  }

  /** How math is made from now on; what there is is parsed again. */
  useMath(math: MathMaker): void {
    this.#math = math;
    this.#reset();
  }

  /** Parses on for about so many milliseconds; whether something is left to do. */
  step(budget: number): boolean {
    const until = performance.now() + budget;
    while (this.#done < this.#text.length) {
      if (!this.#advance()) return false;
      if (performance.now() > until) return this.#done < this.#text.length;
    }
    this.#tail = [];
    return false;
  }

  /** What is to be shown now. */
  view(): View {
    return { groups: [...this.#groups], tail: this.#tail };
  }

  #reset(): void {
    [this.#done, this.#carried, this.#groups, this.#tail, this.wantsMath] = [0, "", [], [], false];
  }

  /** Takes in the next slice; false when that is the open end. */
  #advance(): boolean {
    const slice = sliceOf(this.#text, this.#done);
    const open = slice.open && !this.#complete;
    if (slice.kind === "fence") {
      const block: Block = { kind: "code", text: slice.code, language: slice.language, open };
      return this.#take([block], slice.end, open ? [] : [block]);
    }
    const raw = this.#carried + this.#text.slice(this.#done, slice.end);
    const tokens = this.#lex(raw);
    if (tokens === null) return this.#take([plain(raw)], slice.end, open ? [] : [plain(raw)]);
    if (!open) {
      const last = tokens.at(-1);
      this.#carried = slice.torn && last?.type === "table" ? last.raw.split("\n", 2).join("\n") + "\n" : "";
      return this.#take([], slice.end, this.#blocks(tokens));
    }
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    const closed = tokens.slice(0, Math.max(0, last));
    this.#take([], this.#done + closed.reduce((sum, { raw: text }) => sum + text.length, 0), this.#blocks(closed));
    this.#tail = this.#blocks(tokens.slice(Math.max(0, last))).map((block) => ({ ...block, open: true }));
    return false;
  }

  #take(tail: Block[], end: number, closed: Block[]): boolean {
    for (const block of closed) {
      const group = this.#groups.at(-1);
      // a group that was shown is not changed: another takes its place
      if (group === undefined || group.length >= GROUP) this.#groups.push([block]);
      else this.#groups[this.#groups.length - 1] = [...group, block];
    }
    if (closed.length > 0 || tail.length === 0) {
      this.#done = end;
      this.#tail = [];
      return true;
    }
    this.#tail = tail;
    return false;
  }

  #lex(raw: string): Token[] | null {
    if (DEEPEST.test(raw)) return null;
    try {
      return this.#marked.lexer(raw);
    } catch {
      return null; // deeper than a person nests: shown as it was written
    }
  }

  #blocks(tokens: readonly Token[]): Block[] {
    return tokens
      .filter(({ type }) => type !== "space" && type !== "def")
      .map((token) => {
        if (token.type === "paragraph" && token.raw.length > LONGEST_MARKED) return plain(token.raw);
        const html = this.#marked.parser([token]);
        return { kind: "html", text: clean(this.#withMath(html)), language: "", open: false };
      });
  }

  #withMath(html: string): string {
    return html.replaceAll(MATH, (whole, way: string, tex: string) => {
      if (this.#math !== null) return this.#math(unescaped(tex), way === "block") ?? whole;
      this.wantsMath = true;
      return whole;
    });
  }
}

function plain(text: string): Block {
  return { kind: "html", text: clean(`<pre>${escaped(text)}</pre>`), language: "", open: false };
}
