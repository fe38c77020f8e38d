import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { Diff } from "@/kit/Diff";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { useToast } from "@/kit/toasts";
import { plain, seen } from "@/pages/plugins/plain";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

type Change = components["schemas"]["DefinitionChange"];

const WORDS = {
  same: { tone: "ok", told: "It offers what was accepted." },
  new: { tone: "info", told: "Some of what it offers was not there before: that stays hidden until it is accepted." },
  changed: { tone: "warn", told: "Something that was accepted says something else now: none of its tools is called until that is accepted." },
} as const;

/** How what a plugin offers now differs from what a person accepted, and accepting exactly that. */
export function Review({ plugin }: { plugin: Plugin }) {
  const queries = useQueryClient();
  const changed = useChanged();
  const toast = useToast();
  const change = may(useMe(), "change");
  const params = { path: { name: plugin.name } };
  const key = ["review", plugin.name];
  const found = useQuery({
    queryKey: key,
    queryFn: () => given(api.GET("/api/plugins/{name}/review", { params })),
    staleTime: Infinity,
    refetchOnWindowFocus: false, // what is read must not change under the reader
  });
  const accept = useMutation({
    mutationFn: (digest: string) => given(api.POST("/api/plugins/{name}/accept", { params, body: { digest } })),
    onSuccess: async (done) => {
      toast.ok(`Accepted: ${plugin.name} may be called`);
      await changed(done);
      await queries.invalidateQueries({ queryKey: key });
    },
  });
  if (found.isPending) return <Loading label="Starting it and comparing" lines={8} />;
  if (found.isError) return <ErrorNote error={found.error} title="It could not be compared." onRetry={() => void found.refetch()} />;
  const { state, differences, digest, changes } = found.data;
  if (state === "same" && differences.length === 0 && plugin.state !== "quarantined") {
    return (
      <Empty title="Nothing to review" icon="check" actions={<Button onPress={() => void found.refetch()}>Compare again</Button>}>
        It offers what was accepted when it was installed or reviewed last.
      </Empty>
    );
  }
  return (
    <>
      <Section title="What it says now" lead="Descriptions are addressed to models: each word of one counts as much as a parameter’s type.">
        <Status tone={WORDS[state].tone}>{WORDS[state].told}</Status>
        <ul>
          {differences.map((each, place) => (
            <li key={place}>{plain(each, 2_000)}</li>
          ))}
        </ul>
      </Section>
      {changes.length > 0 && (
        <Section title="Before and now">
          {changes.map((each) => (
            <OneChange key={`${each.kind} ${each.name}`} change={each} />
          ))}
        </Section>
      )}
      <div className="plugins__buttons">
        <Button tone="primary" isDisabled={!change} isPending={accept.isPending} onPress={() => accept.mutate(digest)}>
          Accept exactly this
        </Button>
        <Button onPress={() => void found.refetch()} isPending={found.isFetching}>
          Compare again
        </Button>
      </div>
      {!change && <p>Your role does not accept changes: ask an administrator.</p>}
      {accept.isError && <ErrorNote error={accept.error} title="It was not accepted." onRetry={() => void found.refetch()} />}
    </>
  );
}

function OneChange({ change }: { change: Change }) {
  const title = change.kind === "instructions" ? "Instructions" : `${change.kind} ${plain(change.name, 120)}`;
  const word = change.before === null ? "new" : change.after === null ? "gone" : "changed";
  return (
    <Section title={`${title}: ${word}`} level={3}>
      <Diff label={title} before={seen(change.before ?? "")} after={seen(change.after ?? "")} />
    </Section>
  );
}
