import { NumberField } from "@/kit/NumberField";
import { Select } from "@/kit/Select";
import { TagField } from "@/kit/TagField";
import { TextField } from "@/kit/TextField";
import { MapField } from "@/pages/providers/MapField";
import { type DrawnField, fieldsOf, type FieldSchema } from "@/pages/providers/schema";

/** Settings by their names; what is not in them is as usual. */
export type Values = Readonly<Record<string, unknown>>;

interface SchemaFieldProps {
  field: DrawnField;
  whole: FieldSchema;
  value: unknown;
  /** `undefined`: as usual. */
  onChange: (value: unknown) => void;
  /** The names of the tables it stands in: `timeouts.`. */
  below?: string;
}

const USUAL = "usual";

function usual(schema: FieldSchema): string {
  const value = schema.default;
  return value === undefined || value === null || typeof value === "object" ? "" : `Usually ${JSON.stringify(value)}.`;
}

/** One setting, drawn by what its schema says it may be. */
export function SchemaField({ field, whole, value, onChange, below = "" }: SchemaFieldProps) {
  const { schema, label } = field;
  const shared = { label, name: below + field.name, description: `${schema.description ?? ""} ${usual(schema)}`.trim(), value, onChange };
  if (schema.properties !== undefined) return <SectionField field={field} whole={whole} value={asValues(value)} onChange={onChange} />;
  if (schema.type === "boolean") return <Choice {...shared} options={BOTH} onChange={(text) => onChange(text === undefined ? undefined : text === "true")} />;
  if (schema.enum !== undefined) return <Choice {...shared} options={schema.enum} />;
  if (schema.type === "integer" || schema.type === "number") return <Amount {...shared} schema={schema} />;
  if (schema.type === "array") return <Names {...shared} schema={schema} />;
  if (schema.type === "object") return <MapField {...shared} value={asValues(value)} />;
  return (
    <TextField
      {...shared}
      value={asText(value)}
      onChange={(text) => onChange(text === "" ? undefined : text)}
      placeholder={asText(schema.examples?.[0])}
      mono
    />
  );
}

const BOTH = ["true", "false"];

function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function asValues(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}

interface DrawnProps {
  label: string;
  name: string;
  description: string;
  value: unknown;
  onChange: (value: unknown) => void;
  schema: FieldSchema;
}

function Amount({ schema, value, onChange, ...words }: DrawnProps) {
  return (
    <NumberField
      {...words}
      value={typeof value === "number" ? value : null}
      onChange={(number) => onChange(number ?? undefined)}
      placeholder={asText(schema.default)}
      formatOptions={{ useGrouping: false, maximumFractionDigits: 3 }}
      {...(schema.minimum === undefined ? {} : { minValue: schema.minimum })}
      {...(schema.maximum === undefined ? {} : { maxValue: schema.maximum })}
    />
  );
}

function Names({ schema, value, onChange, ...words }: DrawnProps) {
  return (
    <TagField
      {...words}
      value={Array.isArray(value) ? (value as string[]) : []}
      onChange={(next) => onChange(next.length === 0 ? undefined : next)}
      mono
      {...(schema.items?.enum === undefined ? {} : { suggestions: schema.items.enum })}
    />
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  description: string;
  options: readonly string[];
  value: unknown;
  onChange: (value: string | undefined) => void;
}

function Choice({ options, value, onChange, ...words }: ChoiceProps) {
  const said: Readonly<Record<string, string>> = { true: "Yes", false: "No" };
  return (
    <Select
      {...words}
      options={[{ id: USUAL, label: "As usual" }, ...options.map((id) => ({ id, label: said[id] ?? id }))]}
      value={asText(value) === "" ? USUAL : asText(value)}
      onChange={(id) => onChange(id === USUAL ? undefined : id)}
    />
  );
}

function SectionField({ field, whole, value, onChange }: { field: DrawnField; whole: FieldSchema; value: Values; onChange: (value: unknown) => void }) {
  return (
    <fieldset className="provider-section">
      <legend>{field.label}</legend>
      {fieldsOf(field.schema, whole).map((inner) => (
        <SchemaField
          key={inner.name}
          field={inner}
          whole={whole}
          below={`${field.name}.`}
          value={value[inner.name]}
          onChange={(next) => onChange(withValue(value, inner.name, next))}
        />
      ))}
    </fieldset>
  );
}

/** `values` with another value, or without one where it is `undefined`. */
export function withValue(values: Values, name: string, value: unknown): Values {
  const next: Record<string, unknown> = { ...values, [name]: value };
  return Object.fromEntries(Object.entries(next).filter(([, one]) => one !== undefined));
}
