import type { components } from "@/api/schema";
import { NONE, type User } from "@/pages/people/people";
import type { Role } from "@/session/roles";

/** A user while they are written. */
export interface UserDraft {
  name: string;
  role: Role;
  team: string;
  limits: string;
  disabled: boolean;
}

/** What is written of a user at first. */
export function draftOf(user: User | undefined): UserDraft {
  if (user === undefined) return { name: "", role: "viewer", team: NONE, limits: NONE, disabled: false };
  const { name, role, disabled } = user;
  return { name, role, disabled, team: user.team === "" ? NONE : user.team, limits: user.limits ?? NONE };
}

/** What the API is told: of every other user only limits, and roles by owners alone. */
export function bodyOf(draft: UserDraft, isOwner: boolean): components["schemas"]["UserBody"] {
  const limits = draft.limits === NONE ? null : draft.limits;
  if (draft.name === "*") return { limits };
  const body = { limits, team: draft.team === NONE ? "" : draft.team, disabled: draft.disabled };
  return isOwner ? { ...body, role: draft.role } : body;
}
