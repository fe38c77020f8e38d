const LONGEST = 2_000_000;
const OPENS = new Set(["{", "["]);
const CLOSES = new Set(["}", "]"]);
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * JSON in lines, token by token: numbers keep their digits and fields that are given twice are shown twice, since somebody judges
 * what is shown. What is too long is left as it is.
 */
export function indented(text: string): string {
  if (text.length > LONGEST) return text;
  const out: string[] = [];
  let depth = 0;
  let last = "";
  const line = (): void => void out.push("\n", "  ".repeat(Math.min(Math.max(depth, 0), 40)));
  for (const [token] of text.matchAll(TOKENS)) {
    if (CLOSES.has(token)) {
      depth -= 1;
      if (!OPENS.has(last)) line();
    } else if (OPENS.has(last) || last === ",") line();
    out.push(token === ":" ? ": " : token);
    if (OPENS.has(token)) depth += 1;
    last = token;
  }
  return out.join("");
}

/** Any value as JSON in lines. */
export function written(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
