import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Copy } from "@/kit/Copy";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { When } from "@/kit/When";
import { useParam } from "@/pages/go";
import { type Key, type KeyCreated, keyQuery, keyStandingQuery } from "@/pages/keys/key";
import { KeyShown } from "@/pages/keys/KeyShown";
import { KeyState } from "@/pages/keys/KeyState";
import { RotateDialog } from "@/pages/keys/RotateDialog";
import { Standings } from "@/pages/limits/Standings";
import { useRights } from "@/pages/rights";

/** One key: what it may, how much of its limits is used, and its secrets; to change, rotate or revoke it. */
export default function OneKey() {
  const id = useParam("id");
  const query = useQuery(keyQuery(id));
  const [rotated, setRotated] = useState<KeyCreated>();
  return (
    <Page
      title={query.data?.name ?? "Key"}
      crumbs={[{ label: "Keys", to: "/keys" }]}
      actions={query.data && <Deeds of={query.data} onRotated={setRotated} />}
    >
      {rotated !== undefined && (
        <KeyShown made={rotated} title={`The new secret of ${rotated.name}`} {...oldSecret(rotated)} />
      )}
      <Loaded query={query} what="the key" lines={10}>
        {(key) => (
          <>
            <KeyFacts of={key} />
            <Section title="Limits" lead="Its own, and those of its user and team.">
              <KeyStanding id={key.id} />
            </Section>
            <Secrets of={key} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function oldSecret(made: KeyCreated): { note?: string } {
  const old = made.secrets.find((secret) => secret.expires_at !== null);
  if (old?.expires_at == null) return { note: "The old secret does not work any more." };
  return { note: `The old secret, …${old.hint}, works until ${new Date(old.expires_at).toLocaleString("en-GB")}.` };
}

function Deeds({ of, onRotated }: { of: Key; onRotated: (made: KeyCreated) => void }) {
  const rights = useRights();
  const [open, setOpen] = useState<"" | "rotate" | "revoke">("");
  const may = rights.change || (rights.own && of.user !== "" && of.user === rights.user);
  const revoke = useChange(
    () => given(api.POST("/api/keys/{key_id}/revoke", { params: { path: { key_id: of.id } } })),
    { stale: ["keys"], done: () => `${of.name} is revoked.` },
  );
  if (!may || of.state === "revoked") return null;
  return (
    <>
      <Link to={`/keys/${of.id}/edit`} look="normal" icon="edit">
        Change
      </Link>
      {of.state === "active" && (
        <Button icon="refresh" onPress={() => setOpen("rotate")}>
          Rotate
        </Button>
      )}
      <Button tone="danger" onPress={() => setOpen("revoke")}>
        Revoke
      </Button>
      <RotateDialog of={of} isOpen={open === "rotate"} onOpenChange={(on) => setOpen(on ? "rotate" : "")} onRotated={onRotated} />
      <ConfirmDialog
        title={`Revoke the key ${of.name}?`}
        confirm="Revoke key"
        isOpen={open === "revoke"}
        onOpenChange={(on) => setOpen(on ? "revoke" : "")}
        onConfirm={() => revoke.mutateAsync()}
      >
        <p>Whatever calls with it is refused within a second. This cannot be undone; its calls stay in the usage.</p>
      </ConfirmDialog>
    </>
  );
}

function KeyFacts({ of }: { of: Key }) {
  const list = (names: readonly string[]) => <span className="num">{names.length === 0 ? "none" : names.join(", ")}</span>;
  return (
    <Facts
      facts={[
        { term: "State", value: <KeyState of={of} /> },
        { term: "Id", value: <Copy text={of.id} what="the id" /> },
        of.team !== "" && { term: "Team", value: of.team },
        of.user !== "" && { term: "User", value: of.user },
        { term: "Models", value: list(of.models) },
        { term: "Tools", value: list(of.tools) },
        { term: "May", value: of.scopes.join(", ") },
        { term: "Priority", value: of.priority },
        { term: "Limits", value: of.limits === "" ? "default" : <Link to={`/limits/${of.limits}`}>{of.limits}</Link> },
        { term: "Expires", value: of.expires_at === null ? "never" : <When at={of.expires_at} /> },
        of.revoked_at !== null && { term: "Revoked", value: <When at={of.revoked_at} /> },
        { term: "Made", value: <When at={of.created_at} /> },
        { term: "Calls", value: <Link to="/calls" search={{ key: of.id }}>Calls of this key</Link> },
      ]}
    />
  );
}

function KeyStanding({ id }: { id: string }) {
  const query = useQuery(keyStandingQuery(id));
  return (
    <Loaded query={query} what="how it stands with its limits" lines={3}>
      {(standing) => <Standings of={standing.data} none="Nothing limits this key." />}
    </Loaded>
  );
}

function Secrets({ of }: { of: Key }) {
  return (
    <Section title="Secrets" lead="Only their last four characters are known. Two work while an overlap lasts.">
      <ul className="plain-list">
        {of.secrets.map((secret) => (
          <li key={secret.hint + secret.created_at}>
            <code>…{secret.hint}</code> made <When at={secret.created_at} />
            {secret.expires_at !== null && (
              <>
                , works until <When at={secret.expires_at} />
              </>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
