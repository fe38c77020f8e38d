import { Copy } from "@/kit/Copy";
import { Duration } from "@/kit/Duration";
import { Facts } from "@/kit/Facts";
import { Link } from "@/kit/Link";
import { Num } from "@/kit/Num";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";
import { SignIn } from "@/pages/plugins/one/SignIn";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, publisherOf, running, stateTone, useDayOfCalls, usePublishers } from "@/pages/plugins/plugin";

const KINDS = { bundle: "a bundle, run here in a sandbox", remote: "a server elsewhere", openapi: "an API" } as const;

/** How a plugin is, whose it is, and what it did today. */
export function Overview({ plugin }: { plugin: Plugin }) {
  const sums = useDayOfCalls().data?.data.find((each) => each.plugin === plugin.name);
  const process = plugin.process;
  return (
    <>
      <Facts
        look="row"
        facts={[
          { term: "State", value: <Status tone={stateTone(plugin.state)}>{plugin.state}</Status> },
          { term: "Process", value: running(plugin) },
          { term: "Calls, 24 h", value: <Num value={sums?.calls ?? 0} /> },
          { term: "Errors", value: <Num value={sums?.errors ?? 0} /> },
          { term: "Mean time", value: <Duration ms={sums?.ms ?? null} /> },
        ]}
      />
      {plugin.reason !== "" && <p className="plugins__note">{plain(plugin.reason, 600)}</p>}
      {plugin.state === "quarantined" && (
        <p>
          None of its tools is listed or called until somebody has looked.{" "}
          <Link to={`/plugins/${plugin.name}`} search={{ tab: "review" }}>
            Review what it says now
          </Link>
        </p>
      )}
      {plugin.kind === "remote" && <SignIn plugin={plugin} />}
      <About plugin={plugin} />
      {process !== null && process.words.length > 0 && (
        <Section title="What it wrote last" lead={process.failures > 0 ? `It ended by itself ${process.failures} times in a row.` : undefined}>
          <Plain text={process.words.join("\n")} block />
        </Section>
      )}
    </>
  );
}

function About({ plugin }: { plugin: Plugin }) {
  const keys = usePublishers().data?.data;
  const revision = plugin.process?.revision ?? "";
  return (
    <Section title="What it is">
      <Facts
        facts={[
          plugin.title !== "" && { term: "Title", value: plain(plugin.title) },
          { term: "Is", value: KINDS[plugin.kind] },
          { term: "Version", value: <span className="num">{plain(plugin.version, 60)}</span> },
          plugin.kind === "bundle" && { term: "Signed by", value: plain(publisherOf(plugin.publisher, keys), 120) },
          { term: "Comes from", value: <Plain text={plugin.source} most={300} /> },
          plugin.url !== "" && plugin.url !== plugin.source && { term: "Address", value: <Plain text={plugin.url} most={300} /> },
          plugin.digest !== "" && { term: "Content", value: <Copy text={plugin.digest} what="the digest of its content" /> },
          { term: "Installed", value: <When at={plugin.installed_at} /> },
          {
            term: "Offers",
            value: `${plugin.tools} tools, ${plugin.resources} resources, ${plugin.prompts} prompts`,
          },
          revision !== "" && { term: "Speaks MCP", value: <span className="num">{plain(revision, 20)}</span> },
          { term: "For MCP clients", value: <Copy text={`${location.origin}/mcp/${plugin.name}`} what="its address for MCP clients" /> },
        ]}
      />
    </Section>
  );
}
