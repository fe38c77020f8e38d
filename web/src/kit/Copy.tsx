import "@/kit/Copy.css";

import { useState } from "react";

import { IconButton } from "@/kit/IconButton";

export interface CopyProps {
  /** What is copied. */
  text: string;
  /** What it is: “the key”, “the request's id”. */
  what: string;
  /** The text stands before the button; `false` for the button alone. */
  shown?: boolean;
}

/** Something to take along: shown in mono, copied with one press, and said so. */
export function Copy({ text, what, shown = true }: CopyProps) {
  const [state, setState] = useState<"" | "done" | "failed">("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState("done");
    } catch {
      setState("failed"); // no permission, or not a secure page: the text can still be selected
    }
    setTimeout(() => setState(""), 2_000);
  };
  return (
    <span className="copy">
      {shown && <code className="copy__text">{text}</code>}
      <IconButton size="sm" icon={state === "done" ? "check" : "copy"} label={`Copy ${what}`} onPress={() => void copy()} />
      <span className="visually-hidden" role="status">
        {state === "done" && "Copied."}
        {state === "failed" && "It could not be copied: select it instead."}
      </span>
      {state === "failed" && <span aria-hidden="true">Select it to copy.</span>}
    </span>
  );
}
