import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Form } from "@/kit/Form";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { useGo, useParam } from "@/pages/go";
import { change, draftOf } from "@/pages/keys/draft";
import { KeyFields } from "@/pages/keys/KeyFields";
import { type Key, keyQuery } from "@/pages/keys/key";
import { useRights } from "@/pages/rights";

/** Changes what a key may do. */
export default function EditKey() {
  const id = useParam("id");
  const query = useQuery({ ...keyQuery(id), refetchOnWindowFocus: false });
  const name = query.data?.name ?? "key";
  return (
    <Page
      title={`Change ${name}`}
      width="prose"
      crumbs={[
        { label: "Keys", to: "/keys" },
        { label: name, to: `/keys/${id}` },
      ]}
    >
      <Loaded query={query} what="the key" lines={12}>
        {(key) => <Fields key={key.id} of={key} />}
      </Loaded>
    </Page>
  );
}

function Fields({ of }: { of: Key }) {
  const rights = useRights();
  const go = useGo();
  const [draft, setDraft] = useState(() => draftOf(of));
  const leave = () => go(`/keys/${of.id}`);
  const save = useChange(
    () => given(api.PATCH("/api/keys/{key_id}", { params: { path: { key_id: of.id } }, body: change(of, draft) })),
    { stale: ["keys", "standing"], done: (key) => `${key.name} is changed. It holds from the next call on.`, onDone: leave },
  );
  return (
    <Form
      onSubmit={() => save.mutate()}
      error={save.error}
      actions={
        <>
          <Link to={`/keys/${of.id}`} look="quiet">
            Cancel
          </Link>
          <Button type="submit" tone="primary" isPending={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <KeyFields draft={draft} onChange={setDraft} everybody={rights.change} exists />
    </Form>
  );
}
