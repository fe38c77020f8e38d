import { Button } from "@/kit/Button";
import { Duration } from "@/kit/Duration";
import { Code } from "@/kit/Code";
import { Facts } from "@/kit/Facts";
import { number } from "@/kit/format";
import { Link } from "@/kit/Link";
import { Status } from "@/kit/Status";
import type { Came } from "@/pages/developer/send";

/** What came back: the status, timing, headers and the body, as it comes. */
export function CameBack({ of, busy }: { of: Came; busy: boolean }) {
  const id = of.headers.find(([name]) => name === "x-request-id")?.[1];
  return (
    <div className="developer-came">
      <p role="status">
        <Status tone={busy ? "live" : of.status < 400 ? "ok" : "error"}>
          {of.status} {of.statusText}
        </Status>
        {busy ? " The answer is coming…" : of.totalMs === null ? " Stopped." : " The answer is complete."}
      </p>
      <Facts
        look="row"
        facts={[
          { term: "Headers after", value: <Duration ms={of.headersMs} /> },
          { term: "First byte after", value: <Duration ms={of.firstMs} /> },
          { term: "Complete after", value: <Duration ms={of.totalMs} /> },
          { term: "Size", value: <span className="num">{number(of.bytes)} B</span> },
          id !== undefined && { term: "Call", value: <Link to={`/calls/${id}`}>{id}</Link> },
        ]}
      />
      <details>
        <summary>Headers</summary>
        <table className="developer-headers">
          <caption className="visually-hidden">Headers of the answer</caption>
          <tbody>
            {of.headers.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="num">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {of.text !== "" && <Code code={of.text} language={of.text.startsWith("{") ? "json" : "text"} label="Body" wrap streaming={busy} height={30} />}
      {of.blob !== null && <Kept blob={of.blob} />}
    </div>
  );
}

function save(blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = "answer";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has begun to read it by then
}

function Kept({ blob }: { blob: Blob }) {
  return (
    <p>
      It is no text but {blob.type === "" ? "bytes" : blob.type}.{" "}
      <Button size="sm" icon="download" onPress={() => save(blob)}>
        Save it as a file
      </Button>
    </p>
  );
}
