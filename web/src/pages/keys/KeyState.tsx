import { useNow } from "@/kit/now";
import { Status } from "@/kit/Status";
import type { Key } from "@/pages/keys/key";

const TONES = { active: "ok", expired: "warn", revoked: "neutral" } as const;
const SOON_MS = 7 * 86_400_000;

/** What has become of a key, and whether it ends soon. */
export function KeyState({ of }: { of: Key }) {
  const now = useNow();
  const soon = of.state === "active" && of.expires_at !== null && new Date(of.expires_at).getTime() - now < SOON_MS;
  return <Status tone={soon ? "warn" : TONES[of.state]}>{soon ? "expires soon" : of.state}</Status>;
}
