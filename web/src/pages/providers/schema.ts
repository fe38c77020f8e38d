/** As much of a JSON Schema as the settings of providers use. */
export interface FieldSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  const?: string;
  examples?: unknown[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  items?: FieldSchema;
  anyOf?: FieldSchema[];
  $ref?: string;
  properties?: Record<string, FieldSchema>;
  additionalProperties?: FieldSchema | boolean;
  required?: string[];
  $defs?: Record<string, FieldSchema>;
}

/** One field to be drawn: its type without "or null", and whether it may be left out. */
export interface DrawnField {
  name: string;
  label: string;
  schema: FieldSchema;
  /** Whether null means “as usual”. */
  optional: boolean;
}

const WORDS: Readonly<Record<string, string>> = { ca: "CA", api: "API", url: "URL", aws: "AWS", http: "HTTP" };

/** A field's name as words: `max_response_bytes` is “Max response bytes”. */
export function words(name: string): string {
  const text = name
    .split("_")
    .map((word) => WORDS[word] ?? word)
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function resolved(field: FieldSchema, whole: FieldSchema): FieldSchema {
  const name = field.$ref?.split("/").pop();
  return name === undefined ? field : { ...whole.$defs?.[name], ...field };
}

/** The fields of a section of settings, in its order, without those in `drawn` already. */
export function fieldsOf(section: FieldSchema, whole: FieldSchema, drawn: readonly string[] = []): DrawnField[] {
  return Object.entries(section.properties ?? {})
    .filter(([name]) => !drawn.includes(name))
    .map(([name, given]) => {
      const { anyOf, ...about } = given;
      const one = anyOf?.find((choice) => choice.type !== "null");
      const schema = resolved(one === undefined ? given : { ...about, ...one }, whole);
      return { name, label: words(name), schema, optional: anyOf !== undefined };
    });
}
