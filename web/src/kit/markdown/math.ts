import katex from "katex";

const ANNOTATION = /<annotation\b[^>]*>[\s\S]*?<\/annotation>/g;

/** TeX as MathML, which needs no styles and no fonts of its own. What cannot be understood stays as it was written. */
export function mathml(tex: string, display: boolean): string | null {
  try {
    const made = katex.renderToString(tex, {
      output: "mathml",
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 200,
      maxSize: 20,
    });
    return made.replaceAll(ANNOTATION, "");
  } catch (error) {
    if (error instanceof katex.ParseError || error instanceof RangeError) return null;
    throw error;
  }
}
