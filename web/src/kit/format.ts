/** Numbers, money and times as text. All of it is English with the reader's own time zone. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const DAY_FORM = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const CLOCK_SHORT = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY_SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

const IN_FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long" });

// a formatter takes longer to be made than to write a thousand numbers
const DIGITS = Array.from(
  { length: 10 },
  (_, digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const DOLLARS = Array.from(
  { length: 10 },
  (_, digits) => new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: Math.max(2, digits) }),
);

/** What stands where nothing is known. */
export const UNKNOWN = "–";

/** Moments as the API gives them, or milliseconds since 1970. */
export type Moment = string | number | Date;

/** `1,234`, or with `digits` after the point; with `compact` `1.23K`. */
export function number(value: number, { digits = 0, compact = false } = {}): string {
  if (compact && Math.abs(value) >= 10_000) return COMPACT.format(value);
  return (DIGITS[digits] ?? WHOLE).format(value);
}

/** US dollars: two digits after the point, or as many as the first two that are not zero; never rounded to nothing. */
export function money(dollars: string | number): string {
  const value = Number(dollars);
  const size = Math.abs(value);
  const digits = size === 0 || size >= 0.995 ? 2 : Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(size))));
  return (DOLLARS[digits] ?? WHOLE).format(value);
}

/** Milliseconds in the unit a person reads: `0.4 ms`, `240 ms`, `8.02 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const [small, large, sizes] = ms < 3_600_000 ? [1000, 60, "min s"] : ms < 86_400_000 ? [60_000, 60, "h min"] : [3_600_000, 24, "d h"];
  const [high = "", low = ""] = sizes.split(" ");
  const all = Math.round(ms / small);
  const rest = all % large;
  return `${Math.floor(all / large)} ${high}${rest === 0 ? "" : ` ${rest} ${low}`}`;
}

/** A date and time of the reader's zone; the date is left out today, the year this year. */
export function moment(at: Moment, now: number = Date.now()): string {
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return CLOCK.format(date);
  const day = date.getFullYear() === today.getFullYear() ? DAY_SHORT.format(date) : DAY_FORM.format(date);
  return `${day} ${CLOCK.format(date)}`;
}

/** A date and time in full, with the zone. */
export function momentInFull(at: Moment): string {
  return IN_FULL.format(new Date(at));
}

/** The beginning of a period of so many milliseconds, as short as an axis needs it. */
export function period(at: Moment, length: number): string {
  const date = new Date(at);
  if (length >= 86_400_000) return DAY_SHORT.format(date);
  return length >= 3_600_000 ? `${DAY_SHORT.format(date)} ${CLOCK_SHORT.format(date)}` : CLOCK_SHORT.format(date);
}

/** How long ago, or in how long: `just now`, `5 min ago`, `in 3 h`. */
export function ago(at: Moment, now: number = Date.now()): string {
  const away = now - new Date(at).getTime();
  const size = Math.abs(away);
  if (size < 5_000) return "just now";
  const unit =
    size < 60_000 ? `${Math.floor(size / 1000)} s` : size < 3_600_000 ? `${Math.floor(size / 60_000)} min` : size < 86_400_000 ? `${Math.floor(size / 3_600_000)} h` : `${Math.floor(size / 86_400_000)} d`;
  return away > 0 ? `${unit} ago` : `in ${unit}`;
}
