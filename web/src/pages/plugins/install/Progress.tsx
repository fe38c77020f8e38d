import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import type { Installation } from "@/pages/plugins/install/useInstallation";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, stateTone } from "@/pages/plugins/plugin";

interface ProgressProps {
  installation: Installation;
  name: string;
  onBack: () => void;
}

/** How an installation goes, and what to do when it is done. */
export function Progress({ installation, name, onBack }: ProgressProps) {
  const { state, told, plugin, error } = installation;
  const steps = told.filter((line) => !line.detail);
  const details = told.filter((line) => line.detail).map((line) => plain(line.told, 500));
  return (
    <>
      <Section title={state === "running" ? "Installing it" : state === "done" ? "Installed" : "Not installed"}>
        <ol className="plugins__steps" role="log" aria-label="How it goes">
          {steps.map((line, place) => (
            <li key={place}>{plain(line.told, 1_000)}</li>
          ))}
        </ol>
        {state === "running" && <Status tone="live">working</Status>}
        {details.length > 0 && (
          <details className="plugins__more">
            <summary>What the installers say</summary>
            <pre className="plugins__output" tabIndex={0}>
              {details.join("\n")}
            </pre>
          </details>
        )}
        {state === "failed" && (
          <>
            <ErrorNote error={error} title="It was not installed; nothing was changed." />
            <div>
              <Button onPress={onBack}>Back to what it asks for</Button>
            </div>
          </>
        )}
        {state === "done" && (
          <p role="status">
            <Status tone="ok">{`${plain(name)} is installed`}</Status>
          </p>
        )}
      </Section>
      {state === "done" && plugin !== null && <Next plugin={plugin} />}
    </>
  );
}

function Next({ plugin }: { plugin: Plugin }) {
  const to = `/plugins/${plugin.name}`;
  const waits = plugin.state !== "enabled";
  return (
    <Section title="What to do next">
      <Facts
        facts={[
          {
            term: "State",
            value: (
              <>
                <Status tone={stateTone(plugin.state)}>{plugin.state}</Status> {plain(plugin.reason, 300)}
              </>
            ),
          },
          { term: "In chats", value: "Switch it on beside the message." },
          { term: "From MCP clients", value: <Copy text={`${location.origin}/mcp`} what="the address for MCP clients" /> },
        ]}
      />
      <div className="plugins__buttons">
        {waits ? (
          <Link to={to} search={{ tab: plugin.kind === "remote" ? "overview" : "configuration" }} look="primary">
            {plugin.kind === "remote" ? "Sign in to it" : "Fill in what it needs"}
          </Link>
        ) : (
          <Link to={to} search={{ tab: "tools" }} look="primary">
            Try a tool
          </Link>
        )}
        <Link to={to} look="normal">
          Look at it
        </Link>
        <Link to="/plugins/install" look="normal">
          Install another
        </Link>
      </div>
    </Section>
  );
}
