import { Link } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { may, useMe } from "@/session/me";

/** What to do with a gateway that has not been used yet. */
export function NextSteps({ providers }: { providers: number }) {
  const me = useMe();
  return (
    <Section title="What to do next" lead="This gateway has not answered a call today.">
      <ol className="overview__steps">
        {may(me, "call") && (
          <li>
            <Link to="/chat">Ask a model something</Link>: the embedded one answers at once, without a key.
          </li>
        )}
        {may(me, "change") && (
          <li>
            <Link to="/providers/new">Add a provider</Link>
            {providers > 1 ? " more" : ""}: any OpenAI-compatible API, Anthropic, and a hundred others.
          </li>
        )}
        {may(me, "own") && (
          <li>
            <Link to="/keys/new">Make a key</Link> for a program, and point its client here.
          </li>
        )}
        <li>
          <Link to="/models">See the models</Link> that can be called.
        </li>
      </ol>
    </Section>
  );
}
