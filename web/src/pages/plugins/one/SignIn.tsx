import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Form } from "@/kit/Form";
import { OutsideLink } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { TextField } from "@/kit/TextField";
import { When } from "@/kit/When";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

type Login = components["schemas"]["Login"];

const STATES = { signed_out: "signed out", signed_in: "signed in", ended: "ended" } as const;

/** Signing the gateway in to a remote plugin (OAuth): begun here, gone on with in another tab, taken up when that is done. */
export function SignIn({ plugin }: { plugin: Plugin }) {
  const queries = useQueryClient();
  const changed = useChanged();
  const change = may(useMe(), "change");
  const params = { path: { name: plugin.name } };
  const key = ["plugins", plugin.name, "login"];
  const login = useQuery({ queryKey: key, queryFn: () => given(api.GET("/api/plugins/{name}/login", { params })), refetchInterval: 4_000 });
  const again = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: key });
    await changed();
  };
  const since = login.data?.since ?? null;
  const begin = useMutation({
    mutationFn: async () => ({ ...(await given(api.POST("/api/plugins/{name}/login", { params, body: {} }))), since }),
    onSuccess: (begun) => (begun.url === "" ? again() : undefined),
  });
  const end = useMutation({
    mutationFn: () => given(api.DELETE("/api/plugins/{name}/login", { params })),
    onSuccess: () => {
      begin.reset();
      return again();
    },
  });
  if (login.isError) return <ErrorNote error={login.error} title="Whether somebody is signed in is not known." />;
  if (login.data === undefined) return null;
  const inside = login.data.state === "signed_in";
  const underWay = begin.data?.since === since; // until somebody is signed in by it
  return (
    <Section
      title="Sign-in"
      actions={
        change && (
          <>
            {inside && (
              <Button isPending={end.isPending} onPress={() => end.mutate()}>
                Sign out
              </Button>
            )}
            <Button tone={inside ? "normal" : "primary"} isPending={begin.isPending} onPress={() => begin.mutate()}>
              {inside ? "Sign in anew" : "Sign in"}
            </Button>
          </>
        )
      }
    >
      <How login={login.data} />
      {begin.isError && <ErrorNote error={begin.error} title="It could not be begun." />}
      {end.isError && <ErrorNote error={end.error} title="Nobody was signed out." />}
      {underWay && <GoOn plugin={plugin} url={begin.data?.url ?? ""} onDone={again} />}
    </Section>
  );
}

function How({ login }: { login: Login }) {
  const { state, reason, issuer, scopes, expires_at, renewable } = login;
  const tone = state === "signed_in" ? "ok" : state === "ended" ? "warn" : "neutral";
  return (
    <Facts
      facts={[
        { term: "State", value: <Status tone={tone}>{STATES[state]}</Status> },
        reason !== "" && { term: "Why", value: plain(reason, 400) },
        issuer !== "" && { term: "By", value: plain(issuer, 300) },
        scopes.length > 0 && { term: "May", value: plain(scopes.join(" "), 400) },
        expires_at !== null && { term: renewable ? "Renewed" : "Ends", value: <When at={expires_at} /> },
      ]}
    />
  );
}

/** The way to whoever signs people in, and back where the browser cannot come back by itself. */
function GoOn({ plugin, url, onDone }: { plugin: Plugin; url: string; onDone: () => Promise<void> }) {
  const [answer, setAnswer] = useState("");
  const finish = useMutation({
    mutationFn: () =>
      given(api.POST("/api/plugins/{name}/login/finish", { params: { path: { name: plugin.name } }, body: { answer: answer.trim() } })),
    onSuccess: onDone,
  });
  if (!/^https?:\/\//i.test(url)) return null;
  return (
    <>
      <p role="status">
        Go on at <OutsideLink href={url}>{plain(new URL(url).host, 120)}</OutsideLink>. This page notices when you are back.
      </p>
      <details className="plugins__more">
        <summary>The browser did not come back to the gateway</summary>
        <Form
          onSubmit={() => finish.mutate()}
          error={finish.error}
          actions={
            <Button type="submit" isPending={finish.isPending}>
              Take it
            </Button>
          }
        >
          <TextField label="The address the browser ended at" name="answer" mono isRequired autoComplete="off" value={answer} onChange={setAnswer} />
        </Form>
      </details>
    </>
  );
}
