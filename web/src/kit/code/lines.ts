/** A piece of code and its role among those that a theme has colours for; `null` for plain text. */
export interface Token {
  text: string;
  role: string | null;
}

const LINES = 80;
/** A line as long as this is shown in pieces of this length: one of a megabyte would stop the browser. */
const LONGEST = 20_000;

/** Plain text as chunks of lines, so that a change at the end makes only the last one anew. */
export function chunksOf(code: string): string[] {
  const found: string[] = [];
  let [start, lines] = [0, 0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) {
    lines += 1;
    if (lines < LINES && at - start < LONGEST) continue;
    found.push(...pieces(code.slice(start, at)));
    [start, lines] = [at + 1, 0];
  }
  return [...found, ...pieces(code.slice(start))];
}

function pieces(text: string): string[] {
  if (text.length <= LONGEST * 2) return [text];
  return Array.from({ length: Math.ceil(text.length / LONGEST) }, (_, place) => text.slice(place * LONGEST, (place + 1) * LONGEST));
}

/** Highlighted code as chunks of lines. */
export function chunksOfTokens(tokens: readonly Token[]): Token[][] {
  const found: Token[][] = [[]];
  let lines = 0;
  for (const { text, role } of tokens) {
    const parts = text.split("\n");
    parts.forEach((part, place) => {
      if (place > 0) {
        lines += 1;
        if (lines % LINES === 0) found.push([]);
        else found.at(-1)?.push({ text: "\n", role: null });
      }
      if (part !== "") found.at(-1)?.push({ text: part, role });
    });
  }
  return found;
}
