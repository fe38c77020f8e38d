import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";

import { ApiError } from "@/api/client";
import { LINK } from "@/session/arrival";
import { useSignedIn } from "@/session/me";
import { arrivalWith } from "@/session/signIn";
import { watchSession } from "@/session/watch";
import { PagePending } from "@/shell/PagePending";

const SignIn = lazy(() => import("@/pages/sign-in/SignIn"));
const SignInAgain = lazy(() => import("@/session/SignInAgain"));

function signedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Lets in who is signed in. Somebody new signs in here; whose session ends signs in again over the page, which stays as it is. */
export function Door({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const arrival = useQuery(arrivalWith(LINK));
  const arriving = LINK !== null && arrival.isPending;
  const me = useSignedIn();
  const who = me.data === undefined ? null : `${me.data.key_id} ${me.data.user}`;
  const before = useRef(who);

  useEffect(watchSession, []);
  useEffect(() => {
    if (arrival.isSuccess) void client.invalidateQueries({ queryKey: ["me"] });
  }, [arrival.isSuccess, client]);
  useEffect(() => {
    if (before.current !== null && who !== null && before.current !== who) {
      void client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" && queryKey[0] !== "arrival" });
    }
    before.current = who ?? before.current;
  }, [client, who]);

  if (arriving || (arrival.isSuccess && me.data === undefined && me.isFetching)) return <PagePending />;
  if (me.isPending) return null; // a moment: whether there is anything to show
  if (me.data === undefined && signedOut(me.error)) {
    return (
      <Suspense>
        <SignIn failed={arrival.error} />
      </Suspense>
    );
  }
  return (
    <>
      {children}
      {me.data !== undefined && signedOut(me.error) && (
        <Suspense>
          <SignInAgain since={me.errorUpdatedAt} />
        </Suspense>
      )}
    </>
  );
}
