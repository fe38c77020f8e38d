import "@/pages/providers/providers.css";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Form } from "@/kit/Form";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { useGo } from "@/pages/go";
import { bodyOf, type ProviderDraft } from "@/pages/providers/draft";
import { ProviderFields } from "@/pages/providers/ProviderFields";
import { kindsQuery, type ProviderTest } from "@/pages/providers/provider";
import { TestResult } from "@/pages/providers/TestResult";

interface ProviderFormProps {
  start: ProviderDraft;
  exists: boolean;
}

/** Fills in a provider, tests it before it is kept, and keeps it. */
export function ProviderForm({ start, exists }: ProviderFormProps) {
  const kinds = useQuery(kindsQuery);
  const go = useGo();
  const [draft, setDraft] = useState(start);
  const test = useChange<ProviderTest>(() => given(api.POST("/api/providers/test", { body: bodyOf(draft) })), { stale: [] });
  const save = useChange(
    () => given(api.PUT("/api/providers/{name}", { params: { path: { name: draft.name } }, body: bodyOf(draft) })),
    {
      stale: ["providers", "models", "secrets", "health"],
      done: (made) => `${made.name} is kept. Its models can be called now.`,
      onDone: (made) => go(`/providers/${made.name}`),
    },
  );
  return (
    <Loaded query={kinds} what="the kinds of providers" lines={12}>
      {(known) => (
        <Form
          onSubmit={() => save.mutate()}
          error={save.error ?? test.error}
          actions={
            <>
              <Link to={exists ? `/providers/${draft.name}` : "/providers"} look="quiet">
                Cancel
              </Link>
              <Button onPress={() => { save.reset(); test.mutate(); }} isPending={test.isPending} icon="play">
                Test
              </Button>
              <Button type="submit" tone="primary" isPending={save.isPending}>
                {exists ? "Save" : "Add provider"}
              </Button>
            </>
          }
        >
          <ProviderFields
            draft={draft}
            onChange={setDraft}
            kinds={known.data}
            litellm={known.litellm}
            exists={exists}
            offered={test.data?.models ?? []}
          />
          {draft.kind === "litellm" && !known.litellm_installed && (
            <ErrorNote error="LiteLLM is not installed on this gateway: pip install 'switchgear[litellm]', and restart it." />
          )}
          {test.data !== undefined && <TestResult of={test.data} onList={(models) => setDraft((now) => ({ ...now, models }))} />}
        </Form>
      )}
    </Loaded>
  );
}
