import { Duration } from "@/kit/Duration";
import { Money } from "@/kit/Money";
import { Num } from "@/kit/Num";

/** Less time than this tells nothing of a speed. */
const LEAST_MS = 20;

interface FiguresProps {
  firstTokenMs: number | null;
  totalMs: number | null;
  tokens: number;
  cost: string | number | null;
}

/** How fast an answer came, how long it is, and what it cost. */
export function Figures({ firstTokenMs, totalMs, tokens, cost }: FiguresProps) {
  const writing = totalMs === null || firstTokenMs === null ? 0 : totalMs - firstTokenMs;
  const speed = tokens > 1 && writing > LEAST_MS ? ((tokens - 1) / writing) * 1000 : null;
  return (
    <dl className="chat-figures">
      <div>
        <dt>First token</dt>
        <dd>
          <Duration ms={firstTokenMs} />
        </dd>
      </div>
      <div>
        <dt>Speed</dt>
        <dd>
          <Num value={speed} digits={speed !== null && speed < 10 ? 1 : 0} unit="tok/s" />
        </dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>
          <Num value={tokens === 0 ? null : tokens} />
        </dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>
          <Money usd={cost} />
        </dd>
      </div>
    </dl>
  );
}
