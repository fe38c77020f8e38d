import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Status } from "@/kit/Status";
import type { Connection } from "@/shell/connection";

const WORDS: Readonly<Record<Connection, string>> = { connected: "Live", away: "Gateway away", offline: "Offline" };

/** One word about the connection, in the header. */
export function ConnectionState({ state }: { state: Connection }) {
  return (
    <span className="shell__connection">
      <Status tone={state === "connected" ? "live" : "warn"}>{WORDS[state]}</Status>
    </span>
  );
}

function time(moment: number): string {
  return new Date(moment).toLocaleTimeString("en-GB");
}

/** What is said while the gateway cannot be reached. It is a live region: its place is always there. */
export function OfflineNotice({ state, seen, onRetry }: { state: Connection; seen: number | null; onRetry: () => void }) {
  return (
    <div role="status" className="shell__notice-place">
      {state !== "connected" && (
        <div className="shell__notice">
          <Icon name="unlink" />
          <p>
            {state === "offline" ? "This device is offline." : "The gateway cannot be reached."}{" "}
            {seen !== null && (
              <>
                What you see is from <span className="num">{time(seen)}</span>.
              </>
            )}{" "}
            It is tried again by itself; what you typed is kept.
          </p>
          <Button size="sm" icon="retry" onPress={onRetry}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
