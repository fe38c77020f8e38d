import { useState } from "react";

import { ApiError } from "@/api/client";
import { Button } from "@/kit/Button";
import { Checkbox } from "@/kit/Checkbox";
import { ComboBox } from "@/kit/ComboBox";
import { Form } from "@/kit/Form";
import { NumberField } from "@/kit/NumberField";
import { RadioGroup } from "@/kit/RadioGroup";
import { SearchField } from "@/kit/SearchField";
import { Select } from "@/kit/Select";
import { Slider } from "@/kit/Slider";
import { Switch } from "@/kit/Switch";
import { TagField } from "@/kit/TagField";
import { TextArea } from "@/kit/TextArea";
import { TextField } from "@/kit/TextField";
import { Sample } from "@/pages/kit/Sample";

const STRATEGIES = [
  { id: "ordered", label: "Ordered", description: "The first that answers" },
  { id: "latency", label: "Latency", description: "The fastest of late" },
  { id: "cost", label: "Cost", description: "The cheapest that can" },
  { id: "auto", label: "Auto", isDisabled: true, description: "Needs a measured history" },
];
const MODELS = ["openai/gpt-5-mini", "openai/gpt-5", "claude/haiku-4-5", "claude/sonnet-4-8", "smollm2"].map((id) => ({
  id,
  label: id,
  ...(id.includes("/") ? { section: id.split("/")[0] ?? "" } : {}),
}));
const REFUSED = new ApiError(
  422,
  {
    type: "",
    title: "Invalid",
    status: 422,
    detail: "Two fields are wrong.",
    code: "invalid_request",
    hint: "Correct them and save again.",
    request_id: "req_01JD3KQ7",
    errors: [
      { field: "name", message: "A key named “ci” is there already." },
      { field: "rpm", message: "Must be at least 1." },
    ],
  },
  "Two fields are wrong.",
);

function RefusedForm() {
  const [error, setError] = useState<unknown>(null);
  return (
    <Form
      onSubmit={() => setError(REFUSED)}
      error={error}
      actions={
        <>
          <Button onPress={() => setError(null)}>Begin anew</Button>
          <Button tone="primary" type="submit">
            Save, and be refused
          </Button>
        </>
      }
    >
      <TextField label="Name" name="name" isRequired defaultValue="ci" />
      <NumberField label="Calls a minute" name="rpm" defaultValue={0} />
    </Form>
  );
}

/** What is filled in. */
export function Fields() {
  const [tags, setTags] = useState<string[]>(["openai/*", "smollm2"]);
  const [rate, setRate] = useState<number | null>(600);
  return (
    <>
      <Sample name="Text" look="grid">
        <TextField label="Name" description="Shown in lists and in the audit." placeholder="ci" />
        <TextField label="Base URL" type="url" mono isRequired defaultValue="https://api.openai.com/v1" />
        <TextField label="Key" error="A key begins with sk-." defaultValue="pk-12" mono />
        <TextField label="Disabled" isDisabled defaultValue="from the configuration file" />
        <TextField label="To read" isReadOnly defaultValue="switchgear.toml:14" mono />
        <SearchField label="Search keys" />
        <NumberField label="Limit" unit="calls/min" value={rate} onChange={setRate} minValue={1} />
        <NumberField label="Budget" defaultValue={50} formatOptions={{ style: "currency", currency: "USD" }} description="Per month." />
        <TextArea label="System prompt" rows={3} placeholder="You are…" />
      </Sample>
      <Sample name="To choose" look="grid">
        <Select label="Strategy" options={STRATEGIES} defaultValue="latency" />
        <Select label="Strategy" options={STRATEGIES} placeholder="Choose a strategy" error="Choose one." />
        <ComboBox label="Model" options={MODELS} placeholder="Type to find" description="Aliases first." />
        <TagField label="Models" value={tags} onChange={setTags} mono description="Names or patterns." suggestions={["claude/*"]} />
        <RadioGroup
          label="Who may call it"
          defaultValue="team"
          options={[
            { id: "all", label: "Everyone" },
            { id: "team", label: "One team", description: "Its keys and its users." },
            { id: "none", label: "Nobody", isDisabled: true },
          ]}
        />
        <RadioGroup
          label="Range"
          look="segments"
          defaultValue="24h"
          options={["1h", "24h", "7d", "30d"].map((id) => ({ id, label: id }))}
        />
        <div className="sample sample--block">
          <Checkbox defaultSelected>Keep bodies of calls</Checkbox>
          <Checkbox isIndeterminate>Some of them</Checkbox>
          <Checkbox isDisabled>Not allowed</Checkbox>
          <Checkbox error="This has to be said.">I have read what it asks for</Checkbox>
        </div>
        <div className="sample sample--block">
          <Switch defaultSelected description="Takes effect at once.">
            Cache
          </Switch>
          <Switch>Debug log</Switch>
          <Switch isDisabled>Held by the file</Switch>
        </div>
        <Slider label="Temperature" defaultValue={0.7} minValue={0} maxValue={2} step={0.1} description="Lower is steadier." />
      </Sample>
      <Sample name="Form" lead="The gateway's problems stand at the fields that they are about." look="grid">
        <RefusedForm />
      </Sample>
    </>
  );
}
