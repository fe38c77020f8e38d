import { Status } from "@/kit/Status";
import type { DeploymentHealth } from "@/pages/providers/provider";

const WORDS = { closed: "healthy", open: "open: no calls go there", half_open: "half open: one call tries it", recovering: "recovering" } as const;
const SHORT = { closed: "healthy", open: "breaker open", half_open: "breaker half open", recovering: "recovering" } as const;
const TONES = { closed: "ok", open: "error", half_open: "warn", recovering: "warn" } as const;

/** A deployment's breaker in a word, and with `whole` what that means. */
export function Breaker({ of, whole = false }: { of: DeploymentHealth; whole?: boolean }) {
  return <Status tone={TONES[of.state]}>{whole ? WORDS[of.state] : SHORT[of.state]}</Status>;
}

const GRAVITY = ["closed", "recovering", "half_open", "open"] as const;

/** The worst of several deployments; nothing when none was called yet. */
export function worst(of: readonly DeploymentHealth[]): DeploymentHealth | undefined {
  return of.reduce<DeploymentHealth | undefined>(
    (found, one) => (found === undefined || GRAVITY.indexOf(one.state) > GRAVITY.indexOf(found.state) ? one : found),
    undefined,
  );
}
