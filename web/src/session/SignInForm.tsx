import "@/session/SignInForm.css";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { Form } from "@/kit/Form";
import { TextField } from "@/kit/TextField";
import { useSignInWithKey, waysToSignIn } from "@/session/signIn";

const LINK_COMMAND = "switchgear login-link";

interface SignInFormProps {
  /** Where signing in elsewhere comes back to; without it that happens in another tab, and this one stays as it is. */
  next?: string;
}

/** The ways to sign in: a key, an OpenID Connect server where there is one, and how to get a one-time link. */
export function SignInForm({ next }: SignInFormProps) {
  const [key, setKey] = useState("");
  const ways = useQuery(waysToSignIn);
  const signIn = useSignInWithKey();
  const oidc = ways.data?.oidc ?? null;
  return (
    <div className="sign-in-form">
      {oidc !== null && (
        <a
          className="button button--primary button--md sign-in-form__other"
          href={`/api/sign-in/oidc?next=${encodeURIComponent(next ?? "/")}`}
          {...(next === undefined ? { target: "_blank", rel: "noopener" } : {})}
        >
          Sign in with {oidc.name}
        </a>
      )}
      <Form
        error={signIn.error}
        onSubmit={() => signIn.mutate(key, { onSuccess: () => setKey("") })}
        actions={
          <Button type="submit" tone={oidc === null ? "primary" : "normal"} isPending={signIn.isPending}>
            Sign in with the key
          </Button>
        }
      >
        <TextField
          label="Key"
          name="key"
          type="password"
          mono
          isRequired
          autoComplete="current-password"
          placeholder="sk-sg-…"
          description="The session may do what the key may, for as long as the key holds."
          value={key}
          onChange={setKey}
        />
      </Form>
      <p className="sign-in-form__hint">
        No key at hand? On the gateway’s machine, this prints a link that signs you in once:{" "}
        <Copy text={LINK_COMMAND} what="the command" />
      </p>
    </div>
  );
}
