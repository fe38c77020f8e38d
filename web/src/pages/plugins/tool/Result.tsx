import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Link, OutsideLink } from "@/kit/Link";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { written } from "@/pages/plugins/json";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";

type End = components["schemas"]["ToolCallEnd"];

const MOST = 200;
const SHOWN = 20_000;
/** Images that are only images: SVG is a document with scripts in it. */
const IMAGES = /^image\/(png|jpeg|gif|webp|avif)$/;
const SOUNDS = /^audio\/[a-z0-9.+-]+$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What a tool answered, by what it is: nothing of it is taken for markup, a script or a link that is none. */
export function Result({ end }: { end: End }) {
  const failed = end.result?.isError === true;
  const content = Array.isArray(end.result?.content) ? (end.result.content as unknown[]) : [];
  return (
    <Section title="Answer" level={3}>
      <Facts
        facts={[
          {
            term: "Outcome",
            value: <Status tone={!end.ok || failed ? "error" : "ok"}>{!end.ok ? "no result" : failed ? "the tool says that it failed" : "ok"}</Status>,
          },
          { term: "Time", value: <Duration ms={end.ms} /> },
          { term: "Call", value: <Copy text={end.call_id} what="the call’s id" /> },
        ]}
      />
      {end.error !== null && end.error !== undefined && <Refusal error={end.error} />}
      <div className="tool__content">
        {content.slice(0, MOST).map((part, place) => (
          <Part key={place} part={part} />
        ))}
        {content.length > MOST && <p>{`The first ${MOST} of ${content.length} parts.`}</p>}
      </div>
      {end.result?.structuredContent !== undefined && (
        <Section title="Structured" level={3}>
          <Plain text={written(end.result.structuredContent)} most={SHOWN} block />
        </Section>
      )}
      {end.result !== null && end.result !== undefined && (
        <details className="plugins__more">
          <summary>The whole result</summary>
          <Plain text={written(end.result)} most={SHOWN} block />
        </details>
      )}
    </Section>
  );
}

function Refusal({ error }: { error: NonNullable<End["error"]> }) {
  const told = new Error(plain(`${error.message} ${error.hint}`.trim(), 2_000));
  return (
    <ErrorNote error={told} title="There is no result.">
      {error.code.startsWith("approval_") && (
        <p>
          <Link to="/approvals">Approvals</Link>
        </p>
      )}
    </ErrorNote>
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function Part({ part }: { part: unknown }) {
  const fields = (typeof part === "object" && part !== null ? part : {}) as Record<string, unknown>;
  const mime = text(fields.mimeType).toLowerCase();
  const data = text(fields.data);
  switch (fields.type) {
    case "text":
      return <Plain text={text(fields.text)} most={SHOWN} block />;
    case "image":
      if (IMAGES.test(mime) && BASE64.test(data)) {
        return <img className="tool__image" src={`data:${mime};base64,${data}`} alt="An image that the tool answered" />;
      }
      return <Bytes what="image" mime={mime} data={data} />;
    case "audio":
      if (SOUNDS.test(mime) && BASE64.test(data)) return <audio controls src={`data:${mime};base64,${data}`} />;
      return <Bytes what="sound" mime={mime} data={data} />;
    case "resource_link":
      return <ResourceLink uri={text(fields.uri)} name={text(fields.title) || text(fields.name)} description={text(fields.description)} />;
    case "resource":
      return <Resource resource={fields.resource} />;
    default:
      return <Plain text={written(part)} most={SHOWN} block />;
  }
}

function ResourceLink({ uri, name, description }: { uri: string; name: string; description: string }) {
  const shown = plain(name === "" ? uri : name, 200);
  return (
    <p>
      {/^https?:\/\//i.test(uri) ? <OutsideLink href={uri}>{shown}</OutsideLink> : shown}{" "}
      <span className="num plugins__note">{plain(uri, 300)}</span>
      {description !== "" && <span className="plugins__note"> {plain(description, 500)}</span>}
    </p>
  );
}

function Resource({ resource }: { resource: unknown }) {
  const fields = (typeof resource === "object" && resource !== null ? resource : {}) as Record<string, unknown>;
  const uri = text(fields.uri);
  return (
    <figure className="tool__resource">
      <figcaption className="num">{plain(uri, 300)}</figcaption>
      {typeof fields.text === "string" ? (
        <Plain text={fields.text} most={SHOWN} block />
      ) : (
        <Bytes what="resource" mime={text(fields.mimeType)} data={text(fields.blob)} />
      )}
    </figure>
  );
}

/** Bytes that are not shown here: to be saved as a file that no browser opens by itself. */
function Bytes({ what, mime, data }: { what: string; mime: string; data: string }) {
  const save = (): void => {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${what}.bin`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const size = Math.floor((data.length * 3) / 4);
  return (
    <p className="plugins__buttons">
      <span>{`The ${what}, of the type ${plain(mime === "" ? "unknown" : mime, 80)}, ${size.toLocaleString("en-US")} bytes, is not shown here.`}</span>
      <Button size="sm" icon="download" isDisabled={data === "" || !BASE64.test(data)} onPress={save}>
        Save it
      </Button>
    </p>
  );
}
