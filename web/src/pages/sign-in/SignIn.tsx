import "@/pages/sign-in/SignIn.css";

import { useEffect } from "react";

import { ErrorNote } from "@/kit/ErrorNote";
import { SignInForm } from "@/session/SignInForm";

const WORDS: Record<string, string> = {
  refused: "You are known there, and may not sign in here. Ask an admin of this gateway to let you in.",
  cancelled: "Signing in was broken off there.",
  expired: "Signing in took too long, or was begun in another browser. Try it again.",
  failed: "The other server could not be asked, or its answer could not be trusted. The gateway’s log says why.",
};

function failure(): string | null {
  const code = new URLSearchParams(location.search).get("failed");
  return code === null ? null : (WORDS[code] ?? WORDS.failed ?? null);
}

/** Where the page goes on to: the address that was asked for, unless it is this page. */
function next(): string {
  return location.pathname === "/sign-in" ? "/" : location.pathname + location.search;
}

interface SignInProps {
  /** What a one-time link failed with. */
  failed?: unknown;
}

/** The way in, for who is not signed in. */
export default function SignIn({ failed }: SignInProps) {
  useEffect(() => {
    document.title = "Sign in · Switchgear";
  }, []);
  const words = failure();
  return (
    <main className="sign-in" id="main">
      <div className="sign-in__form">
        <p className="sign-in__name">Switchgear</p>
        <h1 className="sign-in__title">Sign in</h1>
        {failed !== undefined && failed !== null && <ErrorNote error={failed} title="The link did not sign you in." />}
        {words !== null && <ErrorNote error={words} title="You are not signed in." />}
        <SignInForm next={next()} />
      </div>
    </main>
  );
}
