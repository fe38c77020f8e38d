import "@/kit/TimeRange.css";

import { type SyntheticEvent, useState } from "react";

import { Button } from "@/kit/Button";
import { moment } from "@/kit/format";
import { Select } from "@/kit/Select";

/** A span of time as the address and the API have it: an age (`1h`) or a moment, and an end where it has one. */
export interface Span {
  since: string;
  until?: string | undefined;
}

export interface TimeRangeProps {
  value: Span;
  onChange: (span: Span) => void;
  /** What it is the time of, in words. */
  label?: string;
}

const PRESETS = [
  { id: "15m", label: "Last 15 minutes" },
  { id: "1h", label: "Last hour" },
  { id: "6h", label: "Last 6 hours" },
  { id: "24h", label: "Last 24 hours" },
  { id: "7d", label: "Last 7 days" },
  { id: "30d", label: "Last 30 days" },
  { id: "90d", label: "Last 90 days" },
];
const OWN = "own";

/** A moment as a field of local time takes it. */
function local(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function begin(since: string): Date {
  const age = /^(\d+)([mhd])$/.exec(since);
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[age?.[2] ?? ""];
  if (age !== null && unit !== undefined) return new Date(Date.now() - Number(age[1]) * unit);
  const found = new Date(/^\d+$/.test(since) ? Number(since) : since);
  return Number.isNaN(found.getTime()) ? new Date(Date.now() - 86_400_000) : found;
}

/** The span in words. */
export function spanInWords({ since, until }: Span): string {
  const preset = until === undefined ? PRESETS.find(({ id }) => id === since) : undefined;
  return preset?.label ?? `${moment(begin(since))} to ${until === undefined ? "now" : moment(begin(until))}`;
}

/** A span of time: one of the usual ones up to now, or from one moment to another. */
export function TimeRange({ value, onChange, label = "Time" }: TimeRangeProps) {
  const known = value.until === undefined && PRESETS.some(({ id }) => id === value.since);
  const [own, setOwn] = useState(false);
  const shown = own || !known;
  const options = [...PRESETS, { id: OWN, label: known ? "From … to …" : spanInWords(value) }];
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = [form.get("from"), form.get("to")].map((each) => new Date(typeof each === "string" ? each : ""));
    if (from === undefined || to === undefined || !(from < to)) return;
    setOwn(false);
    onChange({ since: from.toISOString(), until: to.toISOString() });
  };
  const choose = (id: string) => {
    setOwn(id === OWN);
    if (id !== OWN) onChange({ since: id });
  };
  return (
    <div className="time-range">
      <Select label={label} labelHidden options={options} value={shown ? OWN : value.since} onChange={choose} />
      {shown && (
        <form key={`${value.since} ${value.until ?? ""}`} className="time-range__own" onSubmit={submit}>
          <label>
            From <input className="input" type="datetime-local" name="from" required defaultValue={local(begin(value.since))} />
          </label>
          <label>
            to <input className="input" type="datetime-local" name="to" required defaultValue={local(begin(value.until ?? "0m"))} />
          </label>
          <Button size="sm" type="submit">
            Show
          </Button>
        </form>
      )}
    </div>
  );
}
