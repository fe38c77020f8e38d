import { money } from "@/kit/format";
import { Unknown } from "@/kit/Num";

/** US dollars in tabular mono; the API gives them as decimal numbers in strings, `null` where a price is not known. */
export function Money({ usd }: { usd: string | number | null | undefined }) {
  if (usd === null || usd === undefined) return <Unknown />;
  return (
    <span className="num" title={`US$ ${usd}`}>
      {money(usd)}
    </span>
  );
}
