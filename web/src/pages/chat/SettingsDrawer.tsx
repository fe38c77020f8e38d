import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Checkbox } from "@/kit/Checkbox";
import { Drawer } from "@/kit/Drawer";
import { NumberField } from "@/kit/NumberField";
import { Section } from "@/kit/Section";
import { Select } from "@/kit/Select";
import { Switch } from "@/kit/Switch";
import { TagField } from "@/kit/TagField";
import { TextArea } from "@/kit/TextArea";
import { PLAIN, type Settings } from "@/pages/chat/settings";

const EFFORTS = [
  { id: "usual", label: "As the model likes" },
  { id: "none", label: "None" },
  { id: "minimal", label: "Minimal" },
  { id: "low", label: "Low" },
  { id: "medium", label: "Medium" },
  { id: "high", label: "High" },
];

interface SettingsDrawerProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  settings: Settings;
  onChange: (settings: Settings) => void;
  enterSends: boolean;
  onEnterSends: (enterSends: boolean) => void;
}

interface PartProps {
  settings: Settings;
  set: (change: Partial<Settings>) => void;
}

function Tools({ settings, set }: PartProps) {
  const plugins = useQuery({ queryKey: ["plugins"], queryFn: () => given(api.GET("/api/plugins")) });
  const enabled = plugins.data?.data.filter((one) => one.state === "enabled") ?? [];
  const named = enabled.map((one) => one.name);
  const toggle = (name: string, isOn: boolean): void =>
    set({ tools: isOn ? [...settings.tools, name] : settings.tools.filter((one) => one !== name) });
  return (
    <Section title="Tools" level={3} lead="The model may call what is switched on; the gateway runs it and shows every call.">
      {plugins.isSuccess && enabled.length === 0 && <p className="chat-hint">No plugin is enabled. The page Plugins installs some.</p>}
      {enabled.map((one) => (
        <Switch key={one.name} isSelected={settings.tools.includes(one.name)} onChange={(isOn) => toggle(one.name, isOn)}>
          {one.title || one.name}
        </Switch>
      ))}
      {settings.tools
        .filter((one) => plugins.isSuccess && !named.includes(one))
        .map((one) => (
          <Switch key={one} isSelected onChange={() => toggle(one, false)}>
            {one} (not there now)
          </Switch>
        ))}
      <Checkbox isSelected={settings.approval === "ask"} onChange={(asks) => set({ approval: asks ? "ask" : "auto" })}>
        Ask me before a tool that may destroy something
      </Checkbox>
    </Section>
  );
}

function Parameters({ settings, set }: PartProps) {
  return (
    <Section title="Parameters" level={3} lead="What is left empty is left to the model.">
      <NumberField label="Temperature" value={settings.temperature} minValue={0} maxValue={2} step={0.1} onChange={(temperature) => set({ temperature })} />
      <NumberField label="Top p" value={settings.top_p} minValue={0} maxValue={1} step={0.05} onChange={(top_p) => set({ top_p })} />
      <NumberField label="Most tokens" value={settings.max_tokens} minValue={1} onChange={(max_tokens) => set({ max_tokens })} />
      <NumberField label="Seed" value={settings.seed} onChange={(seed) => set({ seed })} />
      <TagField label="Stop at" description="Up to four texts at which the answer ends." value={settings.stop} onChange={(stop) => set({ stop: stop.slice(0, 4) })} />
      <Select
        label="Reasoning effort"
        options={EFFORTS}
        value={settings.effort === "" ? "usual" : settings.effort}
        onChange={(effort) => set({ effort: effort === "usual" ? "" : effort })}
      />
      <Checkbox isSelected={settings.json} onChange={(json) => set({ json })}>
        Answer in JSON
      </Checkbox>
    </Section>
  );
}

/** How the conversation goes on: system prompt, tools, parameters. It takes effect with the next question. */
export function SettingsDrawer({ isOpen, onOpenChange, settings, onChange, enterSends, onEnterSends }: SettingsDrawerProps) {
  const set = (change: Partial<Settings>): void => onChange({ ...settings, ...change });
  const usual = (): void => onChange({ ...PLAIN, models: settings.models });
  return (
    <Drawer title="Settings of this chat" isOpen={isOpen} onOpenChange={onOpenChange} actions={<Button onPress={usual}>Back to the usual</Button>}>
      <div className="chat-settings">
        <TextArea
          label="System prompt"
          description="What the model is told before everything else."
          rows={5}
          value={settings.system}
          onChange={(system) => set({ system })}
        />
        <Tools settings={settings} set={set} />
        <Parameters settings={settings} set={set} />
        <Section title="Keys" level={3}>
          <Switch isSelected={enterSends} onChange={onEnterSends}>
            Enter sends, Shift+Enter makes a new line
          </Switch>
        </Section>
      </div>
    </Drawer>
  );
}
