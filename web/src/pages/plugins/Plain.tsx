import "@/pages/plugins/Plain.css";

import { useState } from "react";

import { Button } from "@/kit/Button";
import { number } from "@/kit/format";
import { pieces } from "@/pages/plugins/plain";

interface PlainProps {
  /** What a plugin, a publisher or a caller wrote: never trusted, never markup. */
  text: string;
  /** Characters that are shown at first. */
  most?: number;
  /** Keeps its lines and stands in mono: output, JSON. */
  block?: boolean;
}

const ALL = 400_000;

/** Text from elsewhere: characters that are not seen are shown by their numbers, and what is long is cut until it is asked for. */
export function Plain({ text, most = 2_000, block = false }: PlainProps) {
  const [whole, setWhole] = useState(false);
  const shown = text.slice(0, whole ? ALL : most);
  const parts = pieces(shown).map((piece, place) =>
    piece.unseen ? (
      <span key={place} className="plain__unseen" title="A character that is not seen">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
  const more = text.length > shown.length;
  return (
    <>
      {block ? (
        <pre className="plain plain--block" tabIndex={0}>
          {parts}
        </pre>
      ) : (
        <bdi className="plain">{parts}</bdi>
      )}
      {more && !whole && (
        <Button size="sm" tone="quiet" onPress={() => setWhole(true)}>
          {`Show all ${number(text.length)} characters`}
        </Button>
      )}
      {more && whole && <p className="plain__more">{`The first ${number(ALL)} of ${number(text.length)} characters.`}</p>}
    </>
  );
}
