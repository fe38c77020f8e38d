import { useState } from "react";

import { Button } from "@/kit/Button";
import { NumberField } from "@/kit/NumberField";
import { Select } from "@/kit/Select";
import { TextArea } from "@/kit/TextArea";
import { TextField } from "@/kit/TextField";
import { written } from "@/pages/plugins/json";
import { plain } from "@/pages/plugins/plain";
import { beginning, choicesOf, fieldsOf, kindOf, resolved, type Schema, variantName, variantsOf } from "@/pages/plugins/tool/schema";

/** What every field of a schema is given. `undefined` is a field that is not filled in: it is not sent. */
export interface SchemaFieldProps {
  name: string;
  schema: Schema;
  /** The whole schema, for references. */
  root: Schema;
  value: unknown;
  onChange: (value: unknown) => void;
  required: boolean;
  depth: number;
}

function words(props: SchemaFieldProps): { label: string; description?: string; isRequired: boolean } {
  const { schema, name, required } = props;
  const title = typeof schema.title === "string" && schema.title !== "" ? schema.title : name;
  const told = typeof schema.description === "string" && schema.description !== "" ? plain(schema.description, 600) : "";
  return { label: plain(title, 120), isRequired: required, ...(told === "" ? {} : { description: told }) };
}

/** The field that a part of a schema is filled in with: by its type, and as JSON where none fits. */
export function SchemaField(props: SchemaFieldProps) {
  const kind = kindOf(props.schema, props.root, props.depth);
  switch (kind) {
    case "text":
      return <Text {...props} />;
    case "number":
    case "integer":
      return <Numeric {...props} whole={kind === "integer"} />;
    case "boolean":
      return <Choice {...props} choices={[true, false]} />;
    case "choice":
      return <Choice {...props} choices={choicesOf(props.schema) ?? []} />;
    case "variants":
      return <Variants {...props} />;
    case "list":
      return <List {...props} />;
    case "object":
      return <ObjectFields {...props} />;
    default:
      return <Json {...props} />;
  }
}

/** Names of what has several lines more often than not; anything else is one line, and JSON takes all. */
const LONG = /text|body|content|message|prompt|code|markdown|script|sql|html|json|xml|yaml|notes?$/i;

const TYPES: Readonly<Record<string, string>> = { email: "email", uri: "url", date: "date", "date-time": "datetime-local", time: "time", password: "password" };

function Text(props: SchemaFieldProps) {
  const { schema, value, onChange } = props;
  const shared = {
    ...words(props),
    value: typeof value === "string" ? value : "",
    onChange: (text: string) => onChange(text === "" ? undefined : text),
    autoComplete: "off",
    ...(typeof schema.maxLength === "number" ? { maxLength: schema.maxLength } : {}),
  };
  // a tool wants an offset with a moment, which no field of a browser gives: it is typed
  const type = schema.format === "date-time" ? undefined : TYPES[schema.format ?? ""];
  if (type === undefined && LONG.test(props.name)) return <TextArea {...shared} rows={4} />;
  return <TextField {...shared} type={type ?? "text"} />;
}

function Numeric(props: SchemaFieldProps & { whole: boolean }) {
  const { schema, value, onChange, whole } = props;
  return (
    <NumberField
      {...words(props)}
      value={typeof value === "number" ? value : null}
      onChange={(number) => onChange(number ?? undefined)}
      formatOptions={{ useGrouping: false, maximumFractionDigits: whole ? 0 : 15 }}
      {...(whole ? { step: 1 } : {})}
      {...(typeof schema.minimum === "number" ? { minValue: schema.minimum } : {})}
      {...(typeof schema.maximum === "number" ? { maxValue: schema.maximum } : {})}
    />
  );
}

const UNSAID = "unsaid";

function Choice(props: SchemaFieldProps & { choices: readonly unknown[] }) {
  const { choices, value, onChange, required } = props;
  const place = choices.findIndex((each) => written(each) === written(value));
  const name = (choice: unknown): string => {
    if (typeof choice === "boolean") return choice ? "yes" : "no";
    return plain(typeof choice === "string" ? choice : written(choice), 120);
  };
  const options = choices.map((choice, at) => ({ id: String(at), label: name(choice) }));
  return (
    <Select
      {...words(props)}
      options={required ? options : [{ id: UNSAID, label: "not said" }, ...options]}
      value={place === -1 || value === undefined ? (required ? null : UNSAID) : String(place)}
      onChange={(id) => onChange(id === UNSAID ? undefined : choices[Number(id)])}
    />
  );
}

function Variants(props: SchemaFieldProps) {
  const { schema, root, onChange, depth } = props;
  const variants = variantsOf(schema, root);
  const [place, setPlace] = useState(0);
  const chosen = variants[Math.min(place, variants.length - 1)] ?? {};
  const { label, description } = words(props);
  if (variants.length === 1) return <SchemaField {...props} schema={{ title: label, ...chosen, ...(description === undefined ? {} : { description }) }} depth={depth + 1} />;
  return (
    <fieldset className="schema__group">
      <legend>{label}</legend>
      {description !== undefined && <p className="plugins__note">{description}</p>}
      <Select
        label={`${label}: what it is`}
        options={variants.map((each, at) => ({ id: String(at), label: plain(variantName(each, at), 80) }))}
        value={String(place)}
        onChange={(id) => {
          setPlace(Number(id));
          onChange(beginning(variants[Number(id)] ?? {}, root));
        }}
      />
      <SchemaField {...props} key={place} name={label} schema={{ ...chosen, title: chosen.title ?? label }} depth={depth + 1} />
    </fieldset>
  );
}

function List(props: SchemaFieldProps) {
  const { schema, root, value, onChange, depth } = props;
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const each = resolved(schema.items, root);
  const { label, description } = words(props);
  const put = (next: unknown[]): void => onChange(next.length === 0 && !props.required ? undefined : next);
  return (
    <fieldset className="schema__group">
      <legend>{label}</legend>
      {description !== undefined && <p className="plugins__note">{description}</p>}
      {items.map((item, place) => (
        <div key={place} className="schema__item">
          <SchemaField
            name={`${label} ${place + 1}`}
            schema={each.title === undefined ? each : { ...each, title: `${each.title} ${place + 1}` }}
            root={root}
            value={item}
            required={false}
            depth={depth + 1}
            onChange={(next) => put(items.map((old, at) => (at === place ? next : old)))}
          />
          <Button size="sm" tone="quiet" onPress={() => put(items.filter((_, at) => at !== place))}>
            Remove<span className="visually-hidden">{` ${label} ${place + 1}`}</span>
          </Button>
        </div>
      ))}
      <div>
        <Button size="sm" icon="add" onPress={() => put([...items, beginning(each, root) ?? emptyOf(each, root)])}>
          Add<span className="visually-hidden"> to {label}</span>
        </Button>
      </div>
    </fieldset>
  );
}

function emptyOf(schema: Schema, root: Schema): unknown {
  const kind = kindOf(schema, root, 0);
  return kind === "text" ? "" : kind === "object" ? {} : kind === "list" ? [] : null;
}

/** An object's fields, each by its own schema. */
export function ObjectFields(props: SchemaFieldProps) {
  const { schema, root, value, onChange, depth } = props;
  const held = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  const put = (name: string, next: unknown): void => {
    const entries = Object.entries(held).filter(([other]) => other !== name);
    if (next !== undefined) entries.push([name, next]);
    onChange(entries.length === 0 && depth > 0 && !props.required ? undefined : Object.fromEntries(entries));
  };
  const fields = fieldsOf(schema).map((field) => (
    <SchemaField
      key={field.name}
      name={field.name}
      schema={resolved(field.schema, root)}
      root={root}
      value={Object.hasOwn(held, field.name) ? held[field.name] : undefined}
      required={field.required && (depth === 0 || value !== undefined || props.required)}
      depth={depth + 1}
      onChange={(next) => put(field.name, next)}
    />
  ));
  if (depth === 0) return <div className="schema">{fields}</div>;
  const { label, description } = words(props);
  return (
    <fieldset className="schema__group">
      <legend>{label}</legend>
      {description !== undefined && <p className="plugins__note">{description}</p>}
      {fields}
    </fieldset>
  );
}

function Json(props: SchemaFieldProps) {
  const { value, onChange } = props;
  const [text, setText] = useState(value === undefined ? "" : written(value));
  const [wrong, setWrong] = useState<string>();
  return (
    <TextArea
      {...words(props)}
      description={`${words(props).description ?? ""} JSON.`.trim()}
      mono
      rows={3}
      value={text}
      error={wrong}
      onChange={(next) => {
        setText(next);
        try {
          onChange(next.trim() === "" ? undefined : JSON.parse(next));
          setWrong(undefined);
        } catch {
          setWrong("This is no JSON yet.");
        }
      }}
    />
  );
}
