import { useEffect, useMemo, useRef, useState } from "react";

import { lines } from "@/api/lines";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { type Column, DataTable } from "@/kit/DataTable";
import { Drawer } from "@/kit/Drawer";
import { Duration } from "@/kit/Duration";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Num } from "@/kit/Num";
import { SearchField } from "@/kit/SearchField";
import { Section } from "@/kit/Section";
import { Select } from "@/kit/Select";
import { Status } from "@/kit/Status";
import { When } from "@/kit/When";
import { indented } from "@/pages/plugins/json";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import { may, useMe } from "@/session/me";

type Frame = components["schemas"]["PluginFrame"];

interface Seen {
  number: number;
  frame: Frame;
}

const KEPT = 2_000;
const FLUSH_MS = 150;

const KINDS = [
  { id: "all", label: "Every frame" },
  { id: "request", label: "Requests" },
  { id: "answer", label: "Answers" },
  { id: "error", label: "Errors" },
  { id: "notification", label: "Notifications" },
  { id: "noise", label: "What is no frame" },
];

const COLUMNS: readonly Column<Seen>[] = [
  { id: "at", header: "At", width: 8, grow: 0, cell: ({ frame }) => <When at={frame.at * 1000} /> },
  { id: "way", header: "Way", width: 7, grow: 0, cell: ({ frame }) => (frame.direction === "sent" ? "→ to it" : "← from it") },
  {
    id: "kind",
    header: "Kind",
    width: 8,
    grow: 0,
    cell: ({ frame }) => <Status tone={frame.kind === "error" ? "error" : frame.kind === "noise" ? "warn" : "neutral"}>{frame.kind}</Status>,
  },
  { id: "method", header: "Method", required: true, width: 10, cell: ({ frame }) => <span className="num">{plain(frame.method, 80)}</span> },
  { id: "frame", header: "Frame", width: 16, grow: 3, cell: ({ frame }) => <span className="num">{plain(frame.frame, 200)}</span> },
  { id: "ms", header: "Took", align: "end", width: 6, grow: 0, cell: ({ frame }) => <Duration ms={frame.ms} /> },
  { id: "bytes", header: "Bytes", align: "end", width: 6, grow: 0, cell: ({ frame }) => <Num value={frame.bytes} /> },
];

/** The frames that pass while `watching`, newest first; a few at a time, however many there are. */
function useFrames(name: string, watching: boolean) {
  const [frames, setFrames] = useState<readonly Seen[]>([]);
  const [error, setError] = useState<unknown>(null);
  const count = useRef(0);
  useEffect(() => {
    if (!watching) return;
    const leaving = new AbortController();
    let fresh: Seen[] = [];
    const flush = setInterval(() => {
      if (fresh.length === 0) return;
      const taken = fresh.reverse();
      fresh = [];
      setFrames((before) => [...taken, ...before].slice(0, KEPT));
    }, FLUSH_MS);
    const watch = async (): Promise<void> => {
      for await (const frame of lines<Frame>(`/api/plugins/${encodeURIComponent(name)}/frames`, { signal: leaving.signal })) {
        count.current += 1;
        fresh.push({ number: count.current, frame });
      }
    };
    watch().catch((problem: unknown) => {
      if (!leaving.signal.aborted) setError(problem);
    });
    return () => {
      leaving.abort();
      clearInterval(flush);
    };
  }, [name, watching]);
  return { frames, error, empty: () => setFrames([]), forgive: () => setError(null) };
}

/** What a plugin and the gateway say to each other, as it passes. Watching is in the audit log: what users said is in the frames. */
export function TrafficInspector({ name }: { name: string }) {
  const [watching, setWatching] = useState(false);
  const [kind, setKind] = useState("all");
  const [text, setText] = useState("");
  const [open, setOpen] = useState<Seen | null>(null);
  const { frames, error, empty, forgive } = useFrames(name, watching);
  const change = may(useMe(), "change");
  const rows = useMemo(() => {
    const sought = text.toLowerCase();
    return frames.filter(
      ({ frame }) => (kind === "all" || frame.kind === kind) && (sought === "" || `${frame.method} ${frame.frame}`.toLowerCase().includes(sought)),
    );
  }, [frames, kind, text]);
  return (
    <Section
      title="Frames"
      titleHidden
      lead="Watching is entered in the audit log: what users said is in the frames. Secrets are hidden. Of the worker that answers, and nothing is kept."
      actions={
        <>
          {watching && <Status tone="live">watching</Status>}
          <Button
            tone={watching ? "normal" : "primary"}
            icon={watching ? "pause" : "play"}
            isDisabled={!change}
            onPress={() => {
              forgive();
              setWatching(!watching);
            }}
          >
            {watching ? "Pause" : frames.length > 0 ? "Go on" : "Watch"}
          </Button>
          <Button isDisabled={frames.length === 0} onPress={empty}>
            Empty
          </Button>
        </>
      }
    >
      {!change && <p>Your role does not watch frames: ask an administrator.</p>}
      {error !== null && <ErrorNote error={error} title="Watching broke off." />}
      <DataTable
        label="Frames"
        name="frames"
        rows={rows}
        columns={COLUMNS}
        rowKey={(row) => String(row.number)}
        onOpen={setOpen}
        selected={open === null ? undefined : String(open.number)}
        empty={watching ? "No frame has passed yet. Call one of its tools." : "Nobody watches."}
        toolbar={
          <>
            <SearchField label="Find in frames" value={text} onChange={setText} />
            <Select label="Kind" labelHidden options={KINDS} value={kind} onChange={setKind} />
          </>
        }
      />
      <Drawer title="Frame" isOpen={open !== null} onOpenChange={() => setOpen(null)} size="lg">
        {open !== null && <OneFrame frame={open.frame} />}
      </Drawer>
    </Section>
  );
}

function OneFrame({ frame }: { frame: Frame }) {
  return (
    <>
      <Facts
        facts={[
          { term: "At", value: <When at={frame.at * 1000} /> },
          { term: "Way", value: frame.direction === "sent" ? "to the plugin" : "from the plugin" },
          { term: "Kind", value: frame.kind },
          { term: "Method", value: <span className="num">{plain(frame.method)}</span> },
          frame.id !== "" && { term: "Id", value: <span className="num">{plain(frame.id, 100)}</span> },
          frame.ms !== null && { term: "Took", value: <Duration ms={frame.ms} /> },
          { term: "Bytes", value: <Num value={frame.bytes} /> },
        ]}
      />
      <Plain text={indented(frame.frame)} most={20_000} block />
    </>
  );
}
