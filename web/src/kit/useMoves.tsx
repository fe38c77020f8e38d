import { useState } from "react";

import { type Arrangement, type KeptArrangement, moved, placed } from "@/kit/arrangement";
import { useReorder } from "@/kit/useReorder";

/** Where a part stands among those in sight, in words: `Chat: place 2 of 3`. */
function placeInWords(arrangement: Arrangement, id: string, parts: KeptArrangement["parts"]): string {
  const seen = arrangement.order.filter((one) => !arrangement.hidden.includes(one));
  const title = parts.find((part) => part.id === id)?.title ?? id;
  return `${title}: place ${seen.indexOf(id) + 1} of ${seen.length}`;
}

/**
 * Moves the parts of an arrangement by handles and by steps. `said` tells who does not see it where a part came to stand:
 * it is to be in the document at all times.
 */
export function useMoves({ parts, arrangement, change }: Pick<KeptArrangement, "parts" | "arrangement" | "change">) {
  const [words, setWords] = useState("");
  const take = (id: string, next: Arrangement) => {
    if (next !== arrangement) change(next);
    setWords(placeInWords(next, id, parts) + (next === arrangement ? ", as far as it goes" : ""));
  };
  const move = (id: string, by: number) => take(id, moved(arrangement, id, by));
  const reorder = useReorder((id, target) => take(id, placed(arrangement, id, target)), move);
  const said = (
    <p className="visually-hidden" role="status">
      {words}
    </p>
  );
  return { ...reorder, move, said };
}
