import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Loaded } from "@/kit/Loaded";
import { When } from "@/kit/When";

const SHOWN = 50;

/** What happened to a deployment's breaker, newest first; asked for when it is opened. */
export function DeploymentHistory({ deployment }: { deployment: string }) {
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: ["health", "history", deployment],
    queryFn: ({ signal }) =>
      given(api.GET("/api/health/{deployment}/history", { params: { path: { deployment }, query: { limit: SHOWN } }, signal })),
    enabled: open,
  });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>History</summary>
      {open && (
        <Loaded query={query} what="the history" lines={2}>
          {({ data, next }) => (
            <>
              {data.length === 0 && <p>Its breaker never opened.</p>}
              <ol className="deployments__history">
                {data.map((event) => (
                  <li key={event.id}>
                    <When at={event.at} /> {event.before.replace("_", " ")} → {event.after.replace("_", " ")}
                    {event.reason !== "" && <>: {event.reason}</>}
                  </li>
                ))}
              </ol>
              {next !== null && <p>Older changes are kept too: GET /api/health/{deployment}/history.</p>}
            </>
          )}
        </Loaded>
      )}
    </details>
  );
}
