import { Checkbox } from "@/kit/Checkbox";
import { NumberField } from "@/kit/NumberField";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { plain } from "@/pages/plugins/plain";
import type { Setting } from "@/pages/plugins/plugin";
import { shown, type Value, type Values } from "@/pages/plugins/settings";

interface SettingFieldsProps {
  settings: readonly Setting[];
  values: Values;
  onChange: (values: Values) => void;
  isDisabled?: boolean;
}

interface OneProps {
  setting: Setting;
  value: Value;
  onChange: (value: Value) => void;
  isDisabled: boolean;
}

/** Settings by their types. Secrets are written and never shown: an empty field leaves what is there. */
export function SettingFields({ settings, values, onChange, isDisabled = false }: SettingFieldsProps) {
  return (
    <div className="plugins__fields">
      {settings.map((setting) => (
        <OneSetting
          key={setting.name}
          setting={setting}
          value={setting.sensitive ? (values[setting.name] ?? "") : shown(setting, values)}
          isDisabled={isDisabled}
          onChange={(value) => onChange({ ...values, [setting.name]: value })}
        />
      ))}
    </div>
  );
}

function OneSetting({ setting, value, onChange, isDisabled }: OneProps) {
  const label = plain(setting.title || setting.name);
  const words = plain(setting.description, 500);
  const shared = { label, name: setting.name, isDisabled };
  if (setting.sensitive) {
    return (
      <TextField
        {...shared}
        type="password"
        autoComplete="off"
        mono
        description={`${words} ${setting.set ? "A secret that has a value: leave this empty to keep it." : "A secret: kept encrypted, never shown again."}`}
        isRequired={setting.required && !setting.set}
        value={typeof value === "string" ? value : ""}
        onChange={onChange}
      />
    );
  }
  if (setting.type === "boolean") {
    return (
      <Checkbox isSelected={value === true} isDisabled={isDisabled} name={setting.name} description={words} onChange={onChange}>
        {label}
      </Checkbox>
    );
  }
  if (setting.type === "number") {
    return (
      <NumberField
        {...shared}
        description={words}
        isRequired={setting.required}
        value={typeof value === "number" ? value : null}
        onChange={onChange}
        formatOptions={{ useGrouping: false, maximumFractionDigits: 10 }}
        {...(typeof setting.min === "number" ? { minValue: setting.min } : {})}
        {...(typeof setting.max === "number" ? { maxValue: setting.max } : {})}
      />
    );
  }
  return <TextSetting setting={setting} value={value} onChange={onChange} isDisabled={isDisabled} />;
}

function TextSetting({ setting, value, onChange, isDisabled }: OneProps) {
  const label = plain(setting.title || setting.name);
  const words = plain(setting.description, 500);
  const shared = { label, name: setting.name, isDisabled };
  const path = setting.type === "directory" || setting.type === "file";
  if (setting.multiple) {
    return (
      <TagField
        {...shared}
        description={words}
        mono={path}
        value={Array.isArray(value) ? value : typeof value === "string" && value !== "" ? [value] : []}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      {...shared}
      description={path ? `${words} A whole path of the gateway's machine.` : words}
      mono={path}
      isRequired={setting.required}
      value={typeof value === "string" ? value : ""}
      onChange={(text) => onChange(text === "" ? null : text)}
    />
  );
}
