import "@/kit/Code.css";

import { memo, useEffect, useMemo, useState } from "react";

import { chunksOf, chunksOfTokens, type Token } from "@/kit/code/lines";
import { Copy } from "@/kit/Copy";

const MOST_HIGHLIGHTED = 60_000;

export interface CodeProps {
  code: string;
  /** The language's name or an alias of it: `python`, `ts`, `json`; plain text when left out or not known. */
  language?: string | undefined;
  /** What it is, in words; the language when left out. */
  label?: string;
  /** Long lines go on in the next one, instead of scrolling. */
  wrap?: boolean;
  /** It is still being written: it is highlighted at its end. */
  streaming?: boolean;
  /** How high it grows, in rem, before it scrolls. */
  height?: number;
  /** Without the line over it that names it and copies it. */
  bare?: boolean;
}

/** The highlighted code, once the highlighter is there; `null` until then and for what is not highlighted. */
function useHighlighted(code: string, language: string | undefined, off: boolean): Token[] | null {
  const [found, setFound] = useState<{ code: string; language: string; tokens: Token[] | null } | null>(null);
  const wanted = !off && language !== undefined && language !== "" && code.length <= MOST_HIGHLIGHTED;
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void import("@/kit/code/highlight").then(({ highlight }) => {
      if (!gone) setFound({ code, language, tokens: highlight(code, language.toLowerCase()) });
    });
    return () => {
      gone = true;
    };
  }, [wanted, code, language]);
  return wanted && found?.code === code && found.language === language ? found.tokens : null;
}

const Plain = memo(({ text }: { text: string }) => <span className="code__chunk">{text}</span>);
Plain.displayName = "Plain";

const Coloured = memo(({ tokens }: { tokens: readonly Token[] }) => (
  <span className="code__chunk">
    {tokens.map(({ text, role }, place) =>
      role === null ? (
        text
      ) : (
        <span key={place} className={`code__${role}`}>
          {text}
        </span>
      ),
    )}
  </span>
));
Coloured.displayName = "Coloured";

/** Code in the theme's colours, to be copied whole. Text of any length is shown without stopping the page. */
export function Code({ code, language, label, wrap = false, streaming = false, height, bare = false }: CodeProps) {
  const tokens = useHighlighted(code, language, streaming);
  const chunks = useMemo(() => (tokens === null ? null : chunksOfTokens(tokens)), [tokens]);
  const name = label ?? language ?? "Text";
  return (
    <div className={`code${wrap ? " code--wrap" : ""}`} dir="ltr">
      {!bare && (
        <div className="code__bar">
          <span className="code__name">{name}</span>
          <Copy text={code} what={label === undefined ? "the code" : `the ${label.toLowerCase()}`} shown={false} />
        </div>
      )}
      <pre
        className="code__text"
        tabIndex={0}
        role="group"
        aria-label={name}
        style={height === undefined ? undefined : { maxBlockSize: `${height}rem` }}
      >
        <code>
          {chunks === null
            ? chunksOf(code).map((text, place) => <Plain key={place} text={text} />)
            : chunks.map((each, place) => <Coloured key={place} tokens={each} />)}
        </code>
      </pre>
    </div>
  );
}
