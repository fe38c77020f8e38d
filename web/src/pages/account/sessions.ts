import type { components } from "@/api/schema";

/** How a session began, in words. */
export const BY: Record<components["schemas"]["Session"]["signed_in_by"], string> = {
  link: "a one-time link",
  key: "a key",
  oidc: "single sign-on",
};

/** A browser's name, out of what it says of itself, which is more than it is. */
export function browser(agent: string): string {
  const known = /(Edg|OPR|Firefox|Chrome|Safari|curl|python-httpx)\/\d+/.exec(agent)?.[1];
  const name = known === "Edg" ? "Edge" : known === "OPR" ? "Opera" : known;
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1];
  return [name ?? "An unknown browser", system].filter(Boolean).join(" on ");
}
