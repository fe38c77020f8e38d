import "@/kit/Markdown.css";

import { memo, useEffect, useState } from "react";

import { Code } from "@/kit/Code";
import type { Block, Parser, View } from "@/kit/markdown/parser";

export interface MarkdownProps {
  /** The text as far as it has come; from anywhere, trusted in nothing. */
  text: string;
  /** More is to come: what is not closed yet is shown as it stands. */
  streaming?: boolean;
  /** The level of its highest headings; 3 when left out. */
  headings?: 2 | 3 | 4;
}

/** Milliseconds of a frame that parsing may take. */
const BUDGET = 8;
const FIRST_GLANCE = 4_000;

/** The text parsed so far, a step each frame; `null` until the parser is loaded. */
function useParsed(text: string, complete: boolean, headings: number): View | null {
  const [parser, setParser] = useState<Parser | null>(null);
  const [view, setView] = useState<View | null>(null);
  useEffect(() => {
    let gone = false;
    void import("@/kit/markdown/parser").then(({ Parser: Made }) => {
      if (!gone) setParser(new Made(headings));
    });
    return () => {
      gone = true;
    };
  }, [headings]);
  useEffect(() => {
    if (parser === null) return;
    let gone = false;
    let frame = requestAnimationFrame(function step() {
      parser.feed(text, complete);
      const more = parser.step(BUDGET);
      setView(parser.view());
      if (more) frame = requestAnimationFrame(step);
      else if (parser.wantsMath) {
        void import("@/kit/markdown/math").then(({ mathml }) => {
          if (gone || !parser.wantsMath) return;
          parser.useMath(mathml);
          frame = requestAnimationFrame(step);
        });
      }
    });
    return () => {
      gone = true;
      cancelAnimationFrame(frame);
    };
  }, [parser, text, complete]);
  return view;
}

const Piece = memo(({ block }: { block: Block }) => {
  if (block.kind === "code") return <Code code={block.text} language={block.language || undefined} streaming={block.open} />;
  // eslint-disable-next-line no-restricted-syntax -- `clean` of kit/markdown made it harmless
  return <div className="markdown__block" dangerouslySetInnerHTML={{ __html: block.text }} />;
});
Piece.displayName = "Piece";

const Group = memo(({ blocks }: { blocks: readonly Block[] }) => (
  <div className="markdown__group">
    {blocks.map((block, place) => (
      <Piece key={place} block={block} />
    ))}
  </div>
));
Group.displayName = "Group";

/**
 * Markdown of unknown origin: sanitised, with code, tables and math, in the direction it is written in. While it grows,
 * what is closed stays as it is and only the open end is made anew, once a frame.
 */
export function Markdown({ text, streaming = false, headings = 3 }: MarkdownProps) {
  const view = useParsed(text, !streaming, headings);
  if (view === null) {
    return (
      <div className="markdown markdown--plain" dir="auto">
        {text.slice(0, FIRST_GLANCE)}
      </div>
    );
  }
  return (
    <div className="markdown">
      {view.groups.map((blocks, place) => (
        <Group key={place} blocks={blocks} />
      ))}
      {view.tail.map((block, place) => (
        <Piece key={`tail ${place}`} block={block} />
      ))}
    </div>
  );
}
