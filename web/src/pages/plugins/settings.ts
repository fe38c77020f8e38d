import type { Setting } from "@/pages/plugins/plugin";

/** A value of a setting. */
export type Value = Exclude<Setting["value"], undefined>;

/** Values that a person typed, by the setting's name; what was not touched is not in it. `null` takes a value away. */
export type Values = Readonly<Record<string, Value>>;

/** What the API takes: changed settings, and changed secrets apart from them. */
export function split(settings: readonly Setting[], values: Values): { settings: Record<string, Value>; secrets: Record<string, string> } {
  const found = { settings: {} as Record<string, Value>, secrets: {} as Record<string, string> };
  for (const setting of settings) {
    const value = values[setting.name];
    if (value === undefined) continue;
    if (!setting.sensitive) found.settings[setting.name] = value;
    else if (typeof value === "string" && value !== "") found.secrets[setting.name] = value;
    else if (value === null) found.settings[setting.name] = null;
  }
  return found;
}

/** The value that holds: what was typed, else what is set, else what holds while nothing is. */
export function shown(setting: Setting, values: Values): Value {
  const typed = values[setting.name];
  if (typed !== undefined) return typed;
  return setting.value ?? setting.default ?? null;
}
