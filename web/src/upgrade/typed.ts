const PLACE = "switchgear.typed";
/** How long the page may take to show its fields again, and what was kept is good for. */
const PATIENCE_MS = 15_000;
const FIELDS = "input, textarea, [contenteditable='true']";
/** What is kept: fields for words. Secrets never are, nor what a press would change. */
const KEPT = new Set(["text", "search", "email", "url", "number", "tel", "textarea"]);

/** A field as it is found again in another load of the page: what it is called, and which of those of that name. */
interface Typed {
  name: string;
  index: number;
  value: string;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function fields(): Field[] {
  return [...document.querySelectorAll(FIELDS)].filter(
    (each): each is Field =>
      (each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement) &&
      KEPT.has(each.type) &&
      !each.readOnly,
  );
}

function nameOf(field: Field): string {
  const label = field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? "";
  return `${field.type}|${field.name}|${label.trim()}|${field.placeholder}`;
}

function numbered(): { field: Field; name: string; index: number }[] {
  const seen = new Map<string, number>();
  return fields().map((field) => {
    const name = nameOf(field);
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    return { field, name, index };
  });
}

/** Keeps what stands in the page's fields over its next load in this tab. Passwords and keys are not kept. */
export function keepTyped(): void {
  const typed = numbered()
    .filter(({ field }) => field.value !== "")
    .map(({ field, name, index }): Typed => ({ name, index, value: field.value }));
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ path: location.pathname, at: Date.now(), typed }));
  } catch {
    // more than the browser keeps, or nothing may be kept: the page is loaded all the same
  }
}

function write(field: Field, value: string): void {
  const prototype = field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  // through the element's own setter, so that React takes it for something typed
  Object.getOwnPropertyDescriptor(prototype, "value")?.set?.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function kept(): Typed[] {
  const text = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (text === null) return [];
  const { path, at, typed } = JSON.parse(text) as { path: string; at: number; typed: Typed[] };
  return path === location.pathname && Date.now() - at < PATIENCE_MS ? typed : [];
}

/** Writes back what `keepTyped` has kept, into fields that are empty, as they appear. */
export function bringBackTyped(): void {
  let left: Typed[];
  try {
    left = kept();
  } catch {
    return; // nothing may be kept here
  }
  if (left.length === 0) return;
  const fill = (): void => {
    for (const { field, name, index } of numbered()) {
      const found = left.find((each) => each.name === name && each.index === index);
      if (found === undefined) continue;
      left = left.filter((each) => each !== found);
      if (field.value === "") write(field, found.value);
    }
    if (left.length === 0) watcher.disconnect();
  };
  const watcher = new MutationObserver(fill);
  watcher.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => watcher.disconnect(), PATIENCE_MS);
  fill();
}
