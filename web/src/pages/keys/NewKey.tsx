import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Form } from "@/kit/Form";
import { Link } from "@/kit/Link";
import { Page } from "@/kit/Page";
import { creation, NEW_KEY } from "@/pages/keys/draft";
import { KeyFields } from "@/pages/keys/KeyFields";
import { madeKeyQuery } from "@/pages/keys/key";
import { KeyShown } from "@/pages/keys/KeyShown";
import { useRights } from "@/pages/rights";

/** Makes a key, and shows it this once. */
export default function NewKey() {
  const rights = useRights();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(NEW_KEY);
  const make = useChange(
    () => given(api.POST("/api/keys", { body: creation(rights.change ? draft : { ...draft, user: rights.user }) })),
    { stale: ["keys"], onDone: (made) => queries.setQueryData(madeKeyQuery.queryKey, made) },
  );
  return (
    <Page
      title="New key"
      crumbs={[{ label: "Keys", to: "/keys" }]}
      width="prose"
      lead={rights.change ? "What a program or a person presents to call models and tools." : "A key of your own, to call models and tools with."}
    >
      {make.data !== undefined ? (
        <KeyShown made={make.data} title={`The key ${make.data.name} is made`} />
      ) : (
        <Form
          onSubmit={() => make.mutate()}
          error={make.error}
          actions={
            <>
              <Link to="/keys" look="quiet">
                Cancel
              </Link>
              <Button type="submit" tone="primary" isPending={make.isPending}>
                Make key
              </Button>
            </>
          }
        >
          <KeyFields draft={draft} onChange={setDraft} everybody={rights.change} exists={false} />
        </Form>
      )}
    </Page>
  );
}
