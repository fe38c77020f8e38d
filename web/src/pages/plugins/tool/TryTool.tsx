import "@/pages/plugins/tool/tool.css";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Copy } from "@/kit/Copy";
import { ErrorNote } from "@/kit/ErrorNote";
import { Facts } from "@/kit/Facts";
import { Form } from "@/kit/Form";
import { Loading } from "@/kit/Loading";
import { RadioGroup } from "@/kit/RadioGroup";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { TextArea } from "@/kit/TextArea";
import { indented, written } from "@/pages/plugins/json";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import type { Plugin } from "@/pages/plugins/plugin";
import { Result } from "@/pages/plugins/tool/Result";
import { beginning, kindOf, resolved, type Schema } from "@/pages/plugins/tool/schema";
import { ObjectFields } from "@/pages/plugins/tool/SchemaField";
import { type ToolCall, useToolCall } from "@/pages/plugins/tool/useToolCall";
import { may, useMe } from "@/session/me";

type Definition = components["schemas"]["ToolDefinition"];

/** One tool: what it says of itself, and a call of it as whoever is signed in. */
export function TryTool({ plugin, tool }: { plugin: Plugin; tool: string }) {
  const found = useQuery({
    queryKey: ["plugins", plugin.name, "tool", tool, plugin.version],
    queryFn: () => given(api.GET("/api/plugins/{name}/tools/{tool_name}", { params: { path: { name: plugin.name, tool_name: tool } } })),
  });
  if (found.isPending) return <Loading label="Loading the tool" lines={6} />;
  if (found.isError) return <ErrorNote error={found.error} title="The tool could not be loaded." onRetry={() => void found.refetch()} />;
  const definition = found.data;
  return (
    <>
      <Section title={plain(definition.title || definition.name, 120)} lead={<Plain text={definition.description} most={1_000} />}>
        <Facts
          facts={[
            { term: "Name", value: <span className="num">{plain(definition.name)}</span> },
            { term: "At /mcp", value: <Copy text={definition.called} what="its name at /mcp" /> },
            {
              term: "Destroys",
              value: definition.destructive ? <Badge tone="warn">may destroy something</Badge> : "nothing, by its own word",
            },
          ]}
        />
        <details className="plugins__more">
          <summary>The whole definition</summary>
          <Plain text={indented(definition.definition)} most={20_000} block />
        </details>
      </Section>
      <Trial plugin={plugin} definition={definition} />
    </>
  );
}

const MODES = [
  { id: "form", label: "Form" },
  { id: "json", label: "JSON" },
];

function asObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function Trial({ plugin, definition }: { plugin: Plugin; definition: Definition }) {
  const root = (definition.input_schema ?? {}) as Schema;
  const schema = resolved(root, root);
  const fits = kindOf(schema, root, 0) === "object";
  const [mode, setMode] = useState("form");
  const [value, setValue] = useState<unknown>(() => beginning(schema, root) ?? {});
  const [text, setText] = useState("");
  const { call, start, cancel } = useToolCall(plugin.name, definition.name);
  const allowed = may(useMe(), "call");
  const enabled = plugin.state === "enabled";
  const raw = mode === "json" || (!fits && definition.input_schema === null);
  const typed = raw ? asObject(text) : (value as Record<string, unknown>);
  const turn = (next: string): void => {
    if (next === "json") setText(written(value));
    else setValue(asObject(text) ?? value);
    setMode(next);
  };
  return (
    <Section
      title="Try it"
      lead="Called as you: your limits and approvals hold, and the call is in the log."
      actions={fits && <RadioGroup label="Arguments as" labelHidden look="segments" options={MODES} value={mode} onChange={turn} />}
    >
      <div className="tool__form">
      <Form
        onSubmit={() => typed !== null && void start(typed)}
        actions={
          <>
            {call.state === "running" && <Button onPress={cancel}>Cancel</Button>}
            <Button type="submit" tone="primary" icon="play" isDisabled={!allowed || !enabled || typed === null} isPending={call.state === "running"}>
              Call it
            </Button>
          </>
        }
      >
        {raw && <RawArguments text={text} onChange={setText} wrong={typed === null} />}
        {!raw && fits && <ObjectFields name="arguments" schema={schema} root={root} value={value} onChange={setValue} required depth={0} />}
        {!raw && !fits && <p>It takes no arguments.</p>}
        <WhyNot allowed={allowed} plugin={plugin} />
      </Form>
      </div>
      <Outcome call={call} />
    </Section>
  );
}

function told({ progress, total }: components["schemas"]["ToolCallProgress"]): string {
  return total === null || total === undefined ? `at ${progress}` : `${progress} of ${total}`;
}

function RawArguments({ text, onChange, wrong }: { text: string; onChange: (text: string) => void; wrong: boolean }) {
  return (
    <TextArea
      label="Arguments"
      description="A JSON object."
      mono
      rows={8}
      value={text}
      onChange={onChange}
      error={wrong ? "This is no JSON object yet." : undefined}
    />
  );
}

function WhyNot({ allowed, plugin }: { allowed: boolean; plugin: Plugin }) {
  if (!allowed) return <p>Your role does not call tools: ask an administrator.</p>;
  return plugin.state === "enabled" ? null : <p>It is {plugin.state}: enable it first.</p>;
}

/** How the call goes, and what it came to. */
function Outcome({ call }: { call: ToolCall }) {
  const { progress } = call;
  return (
    <>
      <div role="status" className="tool__progress">
        {call.state === "running" && (
          <>
            <Status tone="live">{progress === null ? "waiting for an answer" : told(progress)}</Status> {plain(progress?.message ?? "", 300)}
          </>
        )}
        {call.state === "cancelled" && <Status tone="neutral">cancelled</Status>}
      </div>
      {call.state === "failed" && <ErrorNote error={call.error} title="It was not called." />}
      {call.end !== null && <Result end={call.end} />}
    </>
  );
}
