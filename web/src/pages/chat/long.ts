/** From so many characters on a pasted text goes beside what is written, not into it: a field lays out all of its text with every letter. */
export const LONG_PASTE = 20_000;

/** A long text that was pasted, and goes with the next question. */
export interface Pasted {
  id: string;
  text: string;
}

/** How long a text is, in words: `2.1 million characters`. */
export function sizeOf(text: string): string {
  const size = text.length < 1_000_000 ? `${Math.round(text.length / 1000)} thousand` : `${(text.length / 1_000_000).toFixed(1)} million`;
  return `${size} characters`;
}
