import { Navigate } from "@tanstack/react-router";

/** `/sign-in`: the door asks who is not signed in; whoever is goes on to the console. */
export default function SignInPage() {
  return <Navigate to="/" replace />;
}
