import { Marked, type RendererObject, type TokenizerAndRendererExtension, type Tokens } from "marked";

/** Images that a text may carry in itself; those of other places are links. */
export const OWN_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

/** Puts text where HTML is expected. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function image(href: string, alt: string): string {
  if (OWN_IMAGE.test(href)) return `<img src="${escaped(href)}" alt="${escaped(alt)}">`;
  return `<a href="${escaped(href)}">Image: ${escaped(alt || "without a description")}</a>`;
}

function attribute(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? "";
}

const IMAGES = /<img\b[^>]{0,4000}>/gi;

function renderer(headings: number): RendererObject {
  return {
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + headings - 1);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    image: ({ href, text }) => image(href, text),
    html: ({ text }: Tokens.HTML | Tokens.Tag) =>
      text.replaceAll(IMAGES, (tag) => image(attribute(tag, "src"), attribute(tag, "alt"))),
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code: ({ text }) => `<pre><code>${escaped(text)}</code></pre>`,
  };
}

const BLOCK_MATH = /^(?:\$\$([\s\S]{1,4000}?)\$\$|\\\[([\s\S]{1,4000}?)\\\])(?:\n|$)/;
const INLINE_MATH = /^(?:\$\$([^$\n]{1,2000})\$\$|\$(?!\s)([^$\n]{0,1000}[^$\s\\])\$(?!\d)|\\\(([^\n]{1,2000}?)\\\))/;

/** What is between dollars, or `\(…\)` and `\[…\]`, as an element that says it is TeX. */
function math(level: "block" | "inline"): TokenizerAndRendererExtension {
  const [rule, begins] = level === "block" ? [BLOCK_MATH, /\$\$|\\\[/] : [INLINE_MATH, /\$|\\\(/];
  return {
    name: `${level}-math`,
    level,
    start: (text) => {
      const at = text.search(begins);
      return at < 0 ? undefined : at;
    },
    tokenizer: (text) => {
      const found = rule.exec(text);
      const tex = found?.[1] ?? found?.[2] ?? found?.[3];
      return found === null || tex === undefined ? undefined : { type: `${level}-math`, raw: found[0], text: tex.trim() };
    },
    renderer: (token) => {
      const tex = escaped((token as Tokens.Generic & { text: string }).text);
      return level === "block" ? `<p><code data-math="block">${tex}</code></p>` : `<code data-math="inline">${tex}</code>`;
    },
  };
}

/** GitHub's Markdown with math, without what a chat must not do: images of other places, form fields. */
export function dialect(headings: number): Marked {
  return new Marked({ gfm: true, breaks: false, renderer: renderer(headings), extensions: [math("block"), math("inline")] });
}
