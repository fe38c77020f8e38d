import "@/pages/keys/keys.css";

import { useEffect, useRef } from "react";

import { Copy } from "@/kit/Copy";
import { Link } from "@/kit/Link";
import type { KeyCreated } from "@/pages/keys/key";

interface KeyShownProps {
  made: KeyCreated;
  /** What is said above it: “The key ci is made.” */
  title: string;
  /** What becomes of the old secret, when there is one. */
  note?: string;
}

/** A key's secret, this once: to be copied before the page is left. It takes the focus when it appears. */
export function KeyShown({ made, title, note }: KeyShownProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [made.key]);
  return (
    <section className="key-shown" aria-labelledby="key-shown-title">
      <h2 id="key-shown-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p>Copy it now: it is shown this once, and only a hash of it is kept.</p>
      <p className="key-shown__key">
        <Copy text={made.key} what="the key" />
      </p>
      {note !== undefined && <p>{note}</p>}
      <p className="key-shown__ways">
        <Link to="/developer" look="normal" icon="developer">
          Use it: quick start
        </Link>
        <Link to={`/keys/${made.id}`} look="quiet">
          Open the key
        </Link>
      </p>
    </section>
  );
}
