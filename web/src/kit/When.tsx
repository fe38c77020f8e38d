import { ago, moment, momentInFull, type Moment } from "@/kit/format";
import { Unknown } from "@/kit/Num";
import { useNow } from "@/kit/now";

interface WhenProps {
  /** ISO 8601 as the API gives it, or milliseconds since 1970; `null` for never. */
  at: Moment | null | undefined;
  /** Tell how long ago instead of when. */
  relative?: boolean;
}

/** A moment in the reader's time zone, in tabular mono; in full in its title. */
export function When({ at, relative = false }: WhenProps) {
  if (at === null || at === undefined) return <Unknown />;
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={momentInFull(at)}>
      {relative ? <Ago at={at} /> : moment(at)}
    </time>
  );
}

function Ago({ at }: { at: Moment }) {
  return ago(at, useNow());
}
