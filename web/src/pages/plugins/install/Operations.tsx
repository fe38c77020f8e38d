import { useState } from "react";

import { Button } from "@/kit/Button";
import { Checkbox } from "@/kit/Checkbox";
import { number } from "@/kit/format";
import { SearchField } from "@/kit/SearchField";
import { Section } from "@/kit/Section";
import { plain } from "@/pages/plugins/plain";

/** Operations of an API by the names of their tools: `{"now": "GET /now"}`. */
export type Operations = Readonly<Record<string, string>>;

/** How many the gateway takes one by one, chosen or left out. */
const MOST_NAMED = 64;
const MOST_SHOWN = 200;

/** Whether a choice can be said, and why not. */
export function whyNot(operations: Operations, without: ReadonlySet<string>): string {
  const all = Object.keys(operations).length;
  const chosen = all - without.size;
  if (all > 0 && chosen === 0) return "Choose one operation at least.";
  if (without.size <= MOST_NAMED || chosen <= MOST_NAMED) return "";
  return `At most ${MOST_NAMED} operations can be chosen, or left out, one by one: choose by tags or paths, below.`;
}

/** The settings that a choice comes to: nothing where all of them are chosen. */
export function choiceOf(operations: Operations, without: ReadonlySet<string>): Record<string, string[]> {
  if (without.size === 0) return {};
  const patterns = (left: boolean): string[] =>
    Object.entries(operations)
      .filter(([tool]) => without.has(tool) === left)
      .map(([, words]) => words.replace(/[*?[]/g, "[$&]")); // they are patterns
  const chosen = patterns(false);
  return chosen.length <= MOST_NAMED ? { operations: chosen } : { without_operations: patterns(true) };
}

interface ChooseProps {
  operations: Operations;
  without: ReadonlySet<string>;
  onChange: (without: ReadonlySet<string>) => void;
}

/** Which operations of an API become tools: a box each. */
export function Choose({ operations, without, onChange }: ChooseProps) {
  const [text, setText] = useState("");
  const all = Object.entries(operations);
  const sought = text.toLowerCase();
  const found = all.filter(([tool, words]) => `${tool} ${words}`.toLowerCase().includes(sought));
  const put = (tools: readonly string[], wanted: boolean): void => {
    const next = new Set(without);
    for (const tool of tools) {
      if (wanted) next.delete(tool);
      else next.add(tool);
    }
    onChange(next);
  };
  const these = found.map(([tool]) => tool);
  return (
    <Section
      title="What it offers"
      lead={`Each operation that is chosen becomes a tool: ${number(all.length - without.size)} of ${number(all.length)}.`}
      actions={
        <>
          {all.length > 8 && <SearchField label="Find an operation" value={text} onChange={setText} />}
          <Button size="sm" onPress={() => put(these, true)}>
            {sought === "" ? "All" : "All of these"}
          </Button>
          <Button size="sm" onPress={() => put(these, false)}>
            {sought === "" ? "None" : "None of these"}
          </Button>
        </>
      }
    >
      <fieldset className="grants__asked plugins__operations">
        <legend className="visually-hidden">Operations</legend>
        {found.slice(0, MOST_SHOWN).map(([tool, words]) => (
          <Checkbox key={tool} isSelected={!without.has(tool)} onChange={(wanted) => put([tool], wanted)}>
            {plain(tool, 80)} <span className="num plugins__note">{plain(words, 160)}</span>
          </Checkbox>
        ))}
      </fieldset>
      {found.length > MOST_SHOWN && <p className="plugins__note">{`And ${number(found.length - MOST_SHOWN)} more: find them by name or path.`}</p>}
    </Section>
  );
}
