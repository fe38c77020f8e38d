import "@/pages/account/Sessions.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { useToast } from "@/kit/toasts";
import { When } from "@/kit/When";
import { browser, BY } from "@/pages/account/sessions";

type Session = components["schemas"]["Session"];

interface RowProps {
  session: Session;
  isPending: boolean;
  onEnd: () => void;
}

function Row({ session, isPending, onEnd }: RowProps) {
  const what = browser(session.agent);
  return (
    <li className="sessions__row">
      <div className="sessions__words">
        <p className="sessions__what">
          {what} {session.current && <Badge>This one</Badge>}
        </p>
        <p className="sessions__detail">
          Signed in with {BY[session.signed_in_by]} <When at={session.created_at} relative />, from{" "}
          <span className="num">{session.ip === "" ? "this machine" : session.ip}</span>. Unless it is used, it ends{" "}
          <When at={session.expires_at} />.
        </p>
      </div>
      {!session.current && (
        <Button size="sm" isPending={isPending} onPress={onEnd} aria-label={`Sign out: ${what}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}

/** One's own sessions, each of which can be ended. */
export function Sessions() {
  const client = useQueryClient();
  const toast = useToast();
  const sessions = useQuery({ queryKey: ["sessions"], queryFn: () => given(api.GET("/api/me/sessions")) });
  const end = useMutation({
    mutationFn: (id: string) =>
      given(api.DELETE("/api/me/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: () => {
      toast.ok("Signed out there");
      return client.invalidateQueries({ queryKey: ["sessions"] });
    },
    onError: (error) => toast.error("It is still signed in", error),
  });
  if (sessions.isPending) return <Loading label="Loading sessions" lines={4} />;
  if (sessions.isError) {
    const retry = () => void sessions.refetch();
    return <ErrorNote error={sessions.error} title="The sessions could not be loaded." onRetry={retry} />;
  }
  if (sessions.data.data.length === 0) {
    return (
      <Empty title="No sessions" icon="lock">
        You came with a key, and not with a session.
      </Empty>
    );
  }
  return (
    <ul className="sessions">
      {sessions.data.data.map((session) => (
        <Row
          key={session.id}
          session={session}
          isPending={end.isPending && end.variables === session.id}
          onEnd={() => end.mutate(session.id)}
        />
      ))}
    </ul>
  );
}
