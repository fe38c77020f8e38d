import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Form } from "@/kit/Form";
import { Select } from "@/kit/Select";
import { TextField } from "@/kit/TextField";
import { When } from "@/kit/When";
import { useToast } from "@/kit/toasts";
import type { Approval } from "@/pages/approvals/approval";
import { indented } from "@/pages/plugins/json";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import { may, useMe } from "@/session/me";

interface DecisionProps {
  approval: Approval;
  onDecided: () => void;
  /** All that is known of it, with its arguments whole. */
  whole?: boolean;
}

const REACH = [
  { id: "0", label: "this call, once" },
  { id: "10", label: "all calls of the tool by this key, for 10 minutes" },
  { id: "60", label: "all calls of the tool by this key, for an hour" },
  { id: "480", label: "all calls of the tool by this key, for 8 hours" },
];

/** One call that waits: who calls what with what, and the answer to it. */
export function Decision({ approval, onDecided, whole = false }: DecisionProps) {
  const [minutes, setMinutes] = useState("0");
  const [reason, setReason] = useState("");
  const me = useMe();
  const toast = useToast();
  const change = may(me, "change");
  const called = `${approval.plugin}__${approval.tool}`;
  const decide = useMutation({
    mutationFn: (approved: boolean) => {
      const params = { path: { approval_id: approval.id } };
      if (!approved) return given(api.POST("/api/approvals/{approval_id}/deny", { params, body: { reason } }));
      const reach = minutes === "0" ? {} : { minutes: Number(minutes) };
      return given(api.POST("/api/approvals/{approval_id}/approve", { params, body: { reason, ...reach } }));
    },
    onSuccess: (answer) => {
      toast.ok(answer.state === "denied" ? `Denied: ${plain(called, 100)}` : `Approved: ${plain(called, 100)}`);
      onDecided();
    },
    onError: onDecided, // somebody else was quicker, or it expired: the list tells
  });
  const pending = approval.state === "pending";
  return (
    <article className="approvals__one" aria-label={`${plain(called, 100)} for ${plain(approval.key_name ?? approval.key_id, 80)}`}>
      <Facts
        facts={[
          { term: "Tool", value: <span className="num">{plain(called)}</span> },
          { term: "Key", value: plain(approval.key_name ?? approval.key_id) },
          { term: "Asked", value: <When at={approval.at} relative /> },
          pending && { term: "Waits until", value: <When at={approval.expires_at} /> },
          !pending && { term: "State", value: approval.whole_tool ? `${approval.state}, all calls of the tool` : approval.state },
          approval.decided_at !== null && { term: "Decided", value: <When at={approval.decided_at} /> },
          approval.reason !== "" && { term: "Reason", value: plain(approval.reason, 400) },
        ]}
      />
      <Arguments approval={approval} whole={whole} />
      {pending && (
        <Form
          onSubmit={() => decide.mutate(true)}
          actions={
            <>
              <Button tone="danger" isDisabled={!change || decide.isPending} onPress={() => decide.mutate(false)}>
                Deny
              </Button>
              <Button type="submit" tone="primary" isDisabled={!change} isPending={decide.isPending}>
                Approve
              </Button>
            </>
          }
        >
          <div className="plugins__fields">
            <Select label="Approve" options={REACH} value={minutes} onChange={setMinutes} isDisabled={!change} />
            <TextField label="Reason" description="Whoever called is told." value={reason} onChange={setReason} isDisabled={!change} maxLength={200} />
          </div>
          {!change && <p>Your role does not decide on calls: ask an administrator.</p>}
          {decide.isError && <ErrorNote error={decide.error} />}
        </Form>
      )}
    </article>
  );
}

function Arguments({ approval, whole }: { approval: Approval; whole: boolean }) {
  const [asked, setAsked] = useState(whole);
  const found = useQuery({
    queryKey: ["approvals", "one", approval.id],
    queryFn: () => given(api.GET("/api/approvals/{approval_id}", { params: { path: { approval_id: approval.id } } })),
    enabled: approval.cut && asked,
  });
  if (approval.arguments === null) return <p>What it is called with is shown to administrators alone.</p>;
  const text = found.data?.arguments ?? approval.arguments;
  return (
    <div className="approvals__arguments">
      <Plain key={text.length} text={indented(text)} most={4_000} block />
      {approval.unseen.length > 0 && <p className="approvals__unseen">It holds {approval.unseen.join(", ")}.</p>}
      {approval.cut && found.data === undefined && (
        <Button size="sm" isPending={found.isFetching} onPress={() => setAsked(true)}>
          Load all of it
        </Button>
      )}
    </div>
  );
}
