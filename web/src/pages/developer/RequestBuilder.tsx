import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/kit/Button";
import { ComboBox } from "@/kit/ComboBox";
import { Copy } from "@/kit/Copy";
import { ErrorNote } from "@/kit/ErrorNote";
import { Form } from "@/kit/Form";
import { Section } from "@/kit/Section";
import { TextArea } from "@/kit/TextArea";
import { TextField } from "@/kit/TextField";
import { CameBack } from "@/pages/developer/CameBack";
import { CHAT, ENDPOINTS, exampleOf } from "@/pages/developer/endpoints";
import { asCurl, type Came, send, type Wish } from "@/pages/developer/send";
import { madeKeyQuery } from "@/pages/keys/key";

const OPTIONS = ENDPOINTS.map((one) => ({
  id: one.id,
  label: `${one.title}: ${one.method} ${one.path}`,
  section: one.section,
}));

function faultOf(wish: Wish): string | undefined {
  if (wish.endpoint.body === "none") return undefined;
  try {
    JSON.parse(wish.body);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Builds a request for any endpoint, sends it, and shows what comes back as it comes. */
export function RequestBuilder({ model }: { model: string }) {
  const made = useQuery(madeKeyQuery).data;
  const [wish, setWish] = useState<Wish>({ endpoint: CHAT, id: "", body: exampleOf(CHAT, model), file: null, key: "" });
  const [touched, setTouched] = useState(false);
  const { came, problem, busy, start, stop } = useSending();
  const set = (part: Partial<Wish>) => setWish((now) => ({ ...now, ...part }));
  const shown = touched ? wish : { ...wish, body: exampleOf(wish.endpoint, model) };
  const full = { ...shown, key: wish.key === "" && wish.endpoint.keyOnly === true ? (made?.key ?? "") : wish.key };
  const fault = faultOf(shown);
  const choose = (id: string | null) => {
    const endpoint = ENDPOINTS.find((one) => one.id === id);
    if (endpoint === undefined) return;
    setTouched(false);
    set({ endpoint, id: "", file: null });
  };
  return (
    <Section title="Request builder" lead="A real request, as you: it is recorded, limited and paid for like any other.">
      <Form
        onSubmit={() => fault === undefined && void start(full)}
        actions={
          <>
            <Copy text={asCurl(shown, window.location.origin)} what="it as curl" shown={false} />
            {busy && (
              <Button icon="stop" onPress={stop}>
                Stop
              </Button>
            )}
            <Button type="submit" tone="primary" icon="send" isDisabled={busy}>
              Send
            </Button>
          </>
        }
      >
        <ComboBox label="Endpoint" options={OPTIONS} value={wish.endpoint.id} onChange={choose} />
        {wish.endpoint.path.includes("{id}") && <TextField label="Id" value={wish.id} onChange={(id) => set({ id })} isRequired mono />}
        {wish.endpoint.body !== "none" && (
          <TextArea
            label={wish.endpoint.body === "form" ? "Fields" : "Body"}
            value={shown.body}
            onChange={(body) => {
              setTouched(true);
              set({ body });
            }}
            rows={Math.min(18, Math.max(6, shown.body.split("\n").length + 1))}
            mono
            error={fault}
          />
        )}
        {wish.endpoint.file !== undefined && <FileChoice name={wish.endpoint.file} onChange={(file) => set({ file })} />}
        <TextField
          label="Key"
          type="password"
          autoComplete="off"
          value={wish.key}
          onChange={(key) => set({ key })}
          isRequired={wish.endpoint.keyOnly === true && full.key === ""}
          description={wish.endpoint.keyOnly === true ? "MCP takes a key. It stays in this page." : "Empty: as you, by this session. It stays in this page."}
          mono
        />
      </Form>
      {problem !== null && <ErrorNote title="The request did not get an answer." error={problem} />}
      {came !== null && <CameBack of={came} busy={busy} />}
    </Section>
  );
}

function FileChoice({ name, onChange }: { name: string; onChange: (file: File | null) => void }) {
  return (
    <label className="developer-file">
      <span>File, as the field {name}</span>
      <input type="file" onChange={(event) => onChange(event.target.files?.[0] ?? null)} />
    </label>
  );
}

/** Sends one request at a time; what comes is shown at most once a frame. */
function useSending() {
  const [came, setCame] = useState<Came | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = async (wish: Wish) => {
    const control = new AbortController();
    abort.current = control;
    let latest: Came | null = null;
    let frame = 0;
    const show = () => {
      frame = 0;
      setCame(latest);
    };
    setCame(null);
    setProblem(null);
    setBusy(true);
    try {
      await send(wish, control.signal, (next) => {
        latest = next;
        frame ||= requestAnimationFrame(show);
      });
    } catch (error) {
      if (!control.signal.aborted) setProblem(error);
    }
    cancelAnimationFrame(frame);
    setCame(latest);
    setBusy(false);
  };
  return { came, problem, busy, start, stop: () => abort.current?.abort() };
}
