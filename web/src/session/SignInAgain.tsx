import { useState } from "react";

import { Dialog } from "@/kit/Dialog";
import { SignInForm } from "@/session/SignInForm";

/** Signing in again over the page. It can be put off, to take along what was typed, and comes back with the next refusal (`since`). */
export default function SignInAgain({ since }: { since: number }) {
  const [later, setLater] = useState(0);
  return (
    <Dialog title="Your session is over" isOpen={later !== since} onOpenChange={(isOpen) => setLater(isOpen ? 0 : since)} size="sm">
      <p>Sign in again to go on. The page stays as it is; nothing that you typed is lost.</p>
      <SignInForm />
    </Dialog>
  );
}
