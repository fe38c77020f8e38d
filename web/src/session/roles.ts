import type { components } from "@/api/schema";

/** What a user may do in the console. */
export type Role = components["schemas"]["User"]["role"];

/** Every role, least first. */
export const ROLES: readonly Role[] = ["viewer", "developer", "admin", "owner"];

/** What each may do, in a sentence. */
export const ROLE_WORDS: Record<Role, string> = {
  viewer: "Viewer: looks at everything and changes nothing",
  developer: "Developer: calls models, and has keys of their own",
  admin: "Admin: changes everything but who may what",
  owner: "Owner: everything, and says who may what",
};

/** Whether a word is a role. */
export function isRole(word: string): word is Role {
  return ROLES.some((role) => role === word);
}
