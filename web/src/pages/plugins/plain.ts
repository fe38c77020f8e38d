// Controls, characters without width, directional controls, private and tag characters: what a reader does not see and a
// program, or a model, reads all the same. Line breaks and tabs are seen.
const UNSEEN = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
    "\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb\\ud800-\\udfff\\ue000-\\uf8ff" +
    "\\u{e0000}-\\u{10ffff}]",
  "gu",
);

/** A piece of a text: as it is, or a character that is not seen, by its number. */
export interface Piece {
  text: string;
  unseen: boolean;
}

/** A text in pieces, what is not seen written as `\u{202E}`. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), unseen: false });
    const number = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    found.push({ text: `\\u{${number}}`, unseen: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), unseen: false });
  return found;
}

/** A text with its lines, what is not seen written as `\u{202E}`. */
export function seen(text: string): string {
  return pieces(text)
    .map((piece) => piece.text)
    .join("");
}

/** A text as it can be shown where only text fits: names of things, titles, labels. At most `most` characters. */
export function plain(text: string, most = 200): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return seen(short.replaceAll("\n", " "));
}
