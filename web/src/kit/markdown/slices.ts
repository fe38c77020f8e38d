/** The next part of a text to be parsed alone: where it ends, and whether more of it may still come. */
export interface Slice {
  kind: "fence" | "text";
  /** Its end in the text, without. */
  end: number;
  /** The code inside a fence, and the language that it names. */
  code: string;
  language: string;
  /** It ends where the text does, for now. */
  open: boolean;
  /** It was cut where no block need end. */
  torn: boolean;
}

const SLICE = 8_000;
const LONGEST = 48_000;
const FENCE = /^(`{3,}|~{3,})([^\n`]*)\n/;
const FENCE_ON = /^(?:`{3,}|~{3,})/m;
const CLEAN_CUT = /\n[ \t]*\n(?=[^\s\-*+\d>|])/g;

const text = (end: number, open: boolean, torn = false): Slice => ({ kind: "text", end, code: "", language: "", open, torn });

function fenced(all: string, from: number): Slice | null {
  const head = FENCE.exec(all.slice(from, from + 2_000));
  if (head === null) return null;
  const [line, marker = "", language = ""] = head;
  const begin = from + line.length;
  const closing = new RegExp(`^ {0,3}${marker}${marker.charAt(0)}*[ \\t]*$`, "gm");
  closing.lastIndex = begin;
  const close = closing.exec(all);
  const name = language.trim().split(/\s/)[0] ?? "";
  if (close === null) return { kind: "fence", end: all.length, code: all.slice(begin), language: name, open: true, torn: false };
  const code = all.slice(begin, Math.max(begin, close.index - 1));
  return { kind: "fence", end: close.index + close[0].length, code, language: name, open: false, torn: false };
}

/** Where text from a place on can be cut so that no block is torn, after SLICE characters; or LONGEST, whatever is there. */
function cut(all: string, from: number): Slice {
  CLEAN_CUT.lastIndex = from + SLICE;
  const clean = CLEAN_CUT.exec(all.slice(0, from + LONGEST));
  if (clean !== null) return text(clean.index + clean[0].length, false);
  const line = all.lastIndexOf("\n", from + LONGEST);
  return text(line > from + SLICE ? line + 1 : from + LONGEST, false, true);
}

/** The next slice of a text from a place on: a fenced code block, or some blocks before the next. */
export function sliceOf(all: string, from: number): Slice {
  const code = fenced(all, from);
  if (code !== null) return code;
  const fence = FENCE_ON.exec(all.slice(from + 1, from + LONGEST));
  // what is "^" of a slice is a line's beginning only behind a line's end
  const before = fence === null || all.charAt(from + fence.index) !== "\n" ? all.length : from + 1 + fence.index;
  if (before - from > SLICE + LONGEST / 8) {
    const short = cut(all, from);
    if (short.end < before) return short;
  }
  return text(before, before === all.length);
}
