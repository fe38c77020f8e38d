import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ConfirmDialog } from "@/kit/ConfirmDialog";
import { Form } from "@/kit/Form";
import { Section } from "@/kit/Section";
import { useToast } from "@/kit/toasts";
import { GrantFields } from "@/pages/plugins/GrantFields";
import { grantOf, NOTHING } from "@/pages/plugins/grants";
import { LimitFields } from "@/pages/plugins/LimitFields";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { may, useMe } from "@/session/me";

/** What a plugin may: what holds, and what was asked for, to be granted or taken away. */
export function Granted({ plugin }: { plugin: Plugin }) {
  const [grant, setGrant] = useState(() => grantOf(plugin.granted));
  const [limits, setLimits] = useState(plugin.limits);
  const [revoking, setRevoking] = useState(false);
  const changed = useChanged();
  const toast = useToast();
  const change = may(useMe(), "change");
  const params = { path: { name: plugin.name } };
  const save = useMutation({
    mutationFn: () => given(api.POST("/api/plugins/{name}/grant", { params, body: { permissions: grant, limits } })),
    onSuccess: async (done) => {
      setGrant(grantOf(done.granted));
      setLimits(done.limits);
      await changed(done);
      toast.ok("Permissions changed", { description: "It was started with them, and goes on so." });
    },
  });
  return (
    <>
      <Section title="What holds now" lead="Granted, filled in from settings, and capped by the operator’s policy.">
        {plugin.permissions.words.length === 0 ? (
          <p>Nothing: it computes, and that is all.</p>
        ) : (
          <ul>
            {plugin.permissions.words.map((each) => (
              <li key={each}>{plain(each, 400)}</li>
            ))}
          </ul>
        )}
        {plugin.withheld.length > 0 && (
          <p className="plugins__note">The operator’s policy does not let it have: {plugin.withheld.map((each) => plain(each, 300)).join(" ")}</p>
        )}
      </Section>
      <Section title="What is granted" lead="It is started with a change before that holds; if it does not start, nothing changes.">
        <Form
          onSubmit={() => save.mutate()}
          error={save.error}
          actions={
            <>
              <Button tone="danger" isDisabled={!change} onPress={() => setRevoking(true)}>
                Take everything away
              </Button>
              <Button type="submit" tone="primary" isDisabled={!change} isPending={save.isPending}>
                Save permissions
              </Button>
            </>
          }
        >
          <GrantFields asked={plugin.asked} grant={grant} onChange={setGrant} isDisabled={!change} />
          <details className="plugins__more">
            <summary>What it may use of the machine</summary>
            <LimitFields limits={limits} onChange={setLimits} isDisabled={!change} />
          </details>
          {!change && <p>Your role does not change permissions: ask an administrator.</p>}
        </Form>
      </Section>
      <ConfirmDialog
        title={`Take every permission of ${plugin.name} away?`}
        isOpen={revoking}
        onOpenChange={setRevoking}
        confirm="Take everything away"
        onConfirm={async () => {
          const done = await given(api.POST("/api/plugins/{name}/grant", { params, body: { permissions: NOTHING } }));
          setGrant(grantOf(done.granted));
          await changed(done);
        }}
      >
        <p>It is started without network, files, variables and secrets. If it does not start so, nothing changes; disable it then.</p>
      </ConfirmDialog>
    </>
  );
}
