import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import type { ToolPart } from "@/pages/chat/parts";
import { may, type Me, useMe } from "@/session/me";

type Approval = components["schemas"]["Approval"];

const EVERY_MS = 2000;
const QUERY = ["approvals", "pending", "chat"];

/** The approval of an operator's that a call of a tool waits for, and how to decide on it. */
export interface Pending {
  id: string;
  /** Whether the reader may decide. */
  mayDecide: boolean;
  decide: (approve: boolean) => Promise<void>;
}

/**
 * Whether an approval is the one that a call waits for: by its id, else by who called what with what. Others may wait for the same
 * tool, with other arguments or for somebody else, and what is approved has to be what is shown.
 */
function isOf(approval: Approval, part: ToolPart, me: Me | undefined): boolean {
  if (part.approval !== "") return approval.id === part.approval;
  if (`${approval.plugin}__${approval.tool}` !== part.name || approval.key_id !== me?.key_id) return false;
  const { arguments: given } = approval;
  if (given === null) return !may(me, "change"); // shown to those alone who may decide
  return given.startsWith(part.arguments) || part.arguments.startsWith(given); // either may be cut
}

/** What a call of a tool that is not over waits for, asked every two seconds; `null` for nothing, `undefined` until it is known. */
export function usePending(part: ToolPart): Pending | null | undefined {
  const me = useMe();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: QUERY,
    queryFn: () => given(api.GET("/api/approvals", { params: { query: { state: "pending", limit: 50 } } })),
    enabled: may(me, "read"),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
  if (data === undefined) return undefined;
  const found = data.data.find((one) => isOf(one, part, me));
  if (found === undefined) return null;
  const decide = async (approve: boolean): Promise<void> => {
    const asked = { params: { path: { approval_id: found.id } }, body: {} };
    await given(
      approve ? api.POST("/api/approvals/{approval_id}/approve", asked) : api.POST("/api/approvals/{approval_id}/deny", asked),
    );
    await client.invalidateQueries({ queryKey: ["approvals"] });
  };
  return { id: found.id, mayDecide: may(me, "change"), decide };
}
