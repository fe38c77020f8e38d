/** A line of a difference: in both, only in the text after, or only in the one before. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Its number in the text before and after, from 1. */
  before: number | null;
  after: number | null;
}

const MOST = 2_000_000;

/** Lengths of the longest common subsequences of what follows two places (dynamic programming). */
function lengths(one: readonly string[], other: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let at = one.length - 1; at >= 0; at -= 1) {
    const [row, below] = [table[at], table[at + 1]];
    if (row === undefined || below === undefined) break;
    for (let to = other.length - 1; to >= 0; to -= 1) {
      row[to] = one[at] === other[to] ? (below[to + 1] ?? 0) + 1 : Math.max(below[to] ?? 0, row[to + 1] ?? 0);
    }
  }
  return table;
}

/** Which of the lines that differ go and come, in order; of texts too long to be compared, all go and all come. */
function middle(one: readonly string[], other: readonly string[]): DiffLine["kind"][] {
  if (one.length * other.length > MOST) {
    return [...one.map(() => "removed" as const), ...other.map(() => "added" as const)];
  }
  const table = lengths(one, other);
  const found: DiffLine["kind"][] = [];
  let [at, to] = [0, 0];
  while (at < one.length && to < other.length) {
    const kind = one[at] === other[to] ? "same" : (table[at + 1]?.[to] ?? 0) >= (table[at]?.[to + 1] ?? 0) ? "removed" : "added";
    found.push(kind);
    if (kind !== "added") at += 1;
    if (kind !== "removed") to += 1;
  }
  return [...found, ...one.slice(at).map(() => "removed" as const), ...other.slice(to).map(() => "added" as const)];
}

function alike(old: readonly string[], now: readonly string[]): { head: number; tail: number } {
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { head, tail };
}

/** The difference of two texts by lines, shortest first; of texts too long to be compared so, all of both. */
export function difference(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const { head, tail } = alike(old, now);
  const kinds = [
    ...old.slice(0, head).map(() => "same" as const),
    ...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map(() => "same" as const),
  ];
  let [at, to] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === "added" ? now[to] : old[at]) ?? "";
    return { kind, text, before: kind === "added" ? null : ++at, after: kind === "removed" ? null : ++to };
  });
}
