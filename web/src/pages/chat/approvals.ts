import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { ToolPart } from "@/pages/chat/parts";
import { may, useMe } from "@/session/me";

const EVERY_MS = 2000;
const QUERY = ["approvals", "pending", "chat"];

/** The approval of an operator's that a call of a tool waits for, and how to decide on it. */
export interface Pending {
  id: string;
  /** Whether the reader may decide. */
  mayDecide: boolean;
  decide: (approve: boolean) => Promise<void>;
}

function pattern(part: ToolPart): { plugin: string; tool: string } {
  const [plugin = "", ...tool] = part.name.split("__");
  return { plugin, tool: tool.join("__") };
}

/** Whether a running or waiting call of a tool waits for an operator; asked every two seconds while it is not done. */
export function usePending(part: ToolPart): Pending | null {
  const me = useMe();
  const client = useQueryClient();
  const waits = part.status === "running" || (part.status === "waiting" && part.approval !== "client");
  const { data } = useQuery({
    queryKey: QUERY,
    queryFn: () => given(api.GET("/api/approvals", { params: { query: { state: "pending", limit: 50 } } })),
    enabled: waits && may(me, "read"),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
  if (!waits) return null;
  const { plugin, tool } = pattern(part);
  const found = data?.data.find((one) => one.id === part.approval || (one.plugin === plugin && one.tool === tool));
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
