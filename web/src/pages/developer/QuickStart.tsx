import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Code } from "@/kit/Code";
import { Link } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { Tabs } from "@/kit/Tabs";
import { NO_KEY, snippets } from "@/pages/developer/snippets";
import { madeKeyQuery } from "@/pages/keys/key";

/** How to call the gateway, filled in with its address, a model, and the key when it was just made. */
export function QuickStart({ model, mayMake }: { model: string; mayMake: boolean }) {
  const made = useQuery(madeKeyQuery).data;
  const [way, setWay] = useState("curl");
  const key = made?.key ?? NO_KEY;
  return (
    <Section
      title="Quick start"
      actions={
        mayMake && (
          <Link to="/keys/new" look="normal" icon="add">
            New key
          </Link>
        )
      }
      lead={
        made === null
          ? `The address is this one; put a key in the place of ${NO_KEY}. One that you make now is filled in here.`
          : `Filled in with the key ${made.name}, which was just made: it is gone from here when the page is loaded again.`
      }
    >
      <Tabs
        label="Ways to call"
        selected={way}
        onChange={setWay}
        items={snippets({ url: window.location.origin, key, model }).map((one) => ({
          id: one.id,
          label: one.label,
          content: (
            <>
              <p className="developer-about">{one.about}</p>
              <Code code={one.code} language={one.language} label={`${one.label}: quick start`} />
            </>
          ),
        }))}
      />
    </Section>
  );
}
