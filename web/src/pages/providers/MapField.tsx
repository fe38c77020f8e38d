import { useState } from "react";

import { Button } from "@/kit/Button";
import { IconButton } from "@/kit/IconButton";
import { TextField } from "@/kit/TextField";

interface MapFieldProps {
  label: string;
  name: string;
  description: string;
  value: Readonly<Record<string, unknown>>;
  /** `undefined` when nothing is left. */
  onChange: (value: Record<string, unknown> | undefined) => void;
}

interface Row {
  id: number;
  key: string;
  value: string;
}

/** Text that a setting takes as true, false or a number is given as one. */
function meant(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) && text.length < 16 ? Number(text) : text;
}

/** Names and values, such as headers. */
export function MapField({ label, name, description, value, onChange }: MapFieldProps) {
  const [rows, setRows] = useState<Row[]>(() => Object.entries(value).map(([key, one], id) => ({ id, key, value: String(one) })));
  const take = (next: Row[]) => {
    setRows(next);
    const named = next.filter((row) => row.key !== "");
    const plain = name === "headers";
    onChange(named.length === 0 ? undefined : Object.fromEntries(named.map((row) => [row.key, plain ? row.value : meant(row.value)])));
  };
  const set = (id: number, part: Partial<Row>) => take(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  return (
    <fieldset className="provider-map">
      <legend>{label}</legend>
      <p className="provider-map__about">{description}</p>
      {rows.map((row, place) => (
        <div key={row.id} className="provider-map__row">
          <TextField label={`Name ${place + 1}`} value={row.key} onChange={(key) => set(row.id, { key })} mono />
          <TextField
            label={`Value ${place + 1}`}
            name={row.key === "" ? "" : `${name}.${row.key}`}
            value={row.value}
            onChange={(text) => set(row.id, { value: text })}
            mono
          />
          <IconButton icon="trash" label={`Remove ${row.key === "" ? "the row" : row.key}`} onPress={() => take(rows.filter((one) => one.id !== row.id))} />
        </div>
      ))}
      <Button
        size="sm"
        icon="add"
        onPress={() => setRows([...rows, { id: Math.max(-1, ...rows.map((row) => row.id)) + 1, key: "", value: "" }])}
      >
        Add {name === "headers" ? "a header" : "one"}
      </Button>
    </fieldset>
  );
}
