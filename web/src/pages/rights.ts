import { useMe } from "@/session/me";

/** What the reader may do here; the gateway holds it, pages only mirror it. */
export interface Rights {
  /** Change what the gateway has: keys of others, providers, models, limits. */
  change: boolean;
  /** Make and change keys of one's own. */
  own: boolean;
  call: boolean;
  /** Who one is: a user's name, empty for a key without one. */
  user: string;
  /** The key or session that is asked with. */
  keyId: string;
}

/** Why something cannot be done, for a tooltip or a sentence. */
export const READ_ONLY = "Your role may look at this, not change it. An administrator can.";

/** The reader's rights; nothing while they are not known yet. */
export function useRights(): Rights {
  const me = useMe();
  const may = me?.may;
  return {
    change: may?.change ?? false,
    own: may?.own_keys ?? false,
    call: may?.call ?? false,
    user: me?.user ?? "",
    keyId: me !== undefined && "key_id" in me && typeof me.key_id === "string" ? me.key_id : "",
  };
}
