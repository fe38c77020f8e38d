/** A JSON Schema as far as a form is made of it; everything else of it is the tool's to check. */
export interface Schema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  $ref?: string;
}

/** What a field is made for. `json` is the way out: whatever no field fits. */
export type Kind = "text" | "number" | "integer" | "boolean" | "choice" | "variants" | "list" | "object" | "json";

const DEEPEST = 6;
const MOST_FIELDS = 100;

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pointed(root: Schema, ref: string): Schema | null {
  if (!ref.startsWith("#/")) return null;
  let at: unknown = root;
  for (const step of ref.slice(2).split("/")) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return null;
    at = (at as Record<string, unknown>)[name];
  }
  return isSchema(at) ? at : null;
}

/** The schema that counts: references within the document followed, `allOf` put together. */
export function resolved(given: unknown, root: Schema, depth = 0): Schema {
  if (!isSchema(given) || depth > DEEPEST) return {};
  let schema: Schema = given;
  if (typeof schema.$ref === "string") {
    const { $ref, ...own } = schema;
    const target = pointed(root, $ref);
    schema = target === null ? own : { ...resolved(target, root, depth + 1), ...own };
  }
  if (Array.isArray(schema.allOf)) {
    const { allOf, ...own } = schema;
    schema = allOf.map((each) => resolved(each, root, depth + 1)).reduce(both, own);
  }
  return schema;
}

function both(one: Schema, other: Schema): Schema {
  return {
    ...other,
    ...one,
    ...(one.properties ?? other.properties ? { properties: { ...other.properties, ...one.properties } } : {}),
    ...(one.required ?? other.required ? { required: [...(one.required ?? []), ...(other.required ?? [])] } : {}),
  };
}

/** Its type; of several the first that is not null. */
export function typeOf(schema: Schema): string {
  if (typeof schema.type === "string") return schema.type;
  if (Array.isArray(schema.type)) return (schema.type as readonly string[]).find((each) => each !== "null") ?? "null";
  if (isSchema(schema.properties)) return "object";
  return "";
}

/** The alternatives of a schema, `null` left out: a field that is not filled in says that. */
export function variantsOf(schema: Schema, root: Schema): Schema[] {
  const found = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : [];
  return (found as readonly unknown[])
    .slice(0, MOST_FIELDS)
    .map((each) => resolved(each, root))
    .filter((each) => typeOf(each) !== "null");
}

/** What an alternative is called. */
export function variantName(schema: Schema, place: number): string {
  if (typeof schema.title === "string" && schema.title !== "") return schema.title;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const type = typeOf(schema);
  return type === "" ? `Form ${place + 1}` : type;
}

/** Its values, where there are only so many. */
export function choicesOf(schema: Schema): readonly unknown[] | null {
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && schema.enum.length <= 500) return schema.enum as readonly unknown[];
  return schema.const === undefined ? null : [schema.const];
}

const SIMPLE: Readonly<Record<string, Kind>> = { string: "text", number: "number", integer: "integer", boolean: "boolean" };

/** Which field it is filled in with. `depth` is how many objects and lists it lies in. */
export function kindOf(schema: Schema, root: Schema, depth: number): Kind {
  if (depth > DEEPEST) return "json";
  if (choicesOf(schema) !== null) return "choice";
  if (variantsOf(schema, root).length > 0 && !isSchema(schema.properties)) return "variants";
  const type = typeOf(schema);
  if (type === "array") return isSchema(schema.items) ? "list" : "json";
  if (type === "object") return Object.keys(schema.properties ?? {}).length > 0 ? "object" : "json";
  return SIMPLE[type] ?? "json";
}

/** The fields of an object, what is required first; at most a hundred. */
export function fieldsOf(schema: Schema): { name: string; schema: unknown; required: boolean }[] {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const found = Object.entries(schema.properties ?? {}).map(([name, each]) => ({ name, schema: each, required: required.has(name) }));
  return [...found.filter((each) => each.required), ...found.filter((each) => !each.required)].slice(0, MOST_FIELDS);
}

/** Where a form begins: the defaults that the schema says. */
export function beginning(schema: Schema, root: Schema, depth = 0): unknown {
  if (schema.default !== undefined) return schema.default;
  if (kindOf(schema, root, depth) !== "object") return undefined;
  const filled = fieldsOf(schema).flatMap((field) => {
    const value = beginning(resolved(field.schema, root), root, depth + 1);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return filled.length === 0 && depth > 0 ? undefined : Object.fromEntries(filled);
}
