import "@/kit/Form.css";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { Form as AriaForm } from "react-aria-components/Form";

import { ApiError } from "@/api/client";
import { ErrorNote } from "@/kit/ErrorNote";

export interface FormProps {
  /** Called when every field is well filled in, with what the named fields hold; most pages keep the values themselves. */
  onSubmit: (data: FormData) => void;
  /** What saving failed with. Problems of a field are told at the field whose `name` they carry, the rest above. */
  error?: unknown;
  /** Save and Cancel, the main one last. */
  actions?: ReactNode;
  /** `grid` stands short fields side by side where there is room. */
  look?: "stack" | "grid";
  children: ReactNode;
  id?: string;
}

function byField(error: unknown): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  if (!(error instanceof ApiError)) return told;
  for (const { field, message } of error.problem?.errors ?? []) {
    if (field !== "") (told[field] ??= []).push(message);
  }
  return told;
}

/** A form: the browser's checks, the gateway's words at their fields, and the focus on the first that is wrong. */
export function Form({ onSubmit, error, actions, look = "stack", children, id }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [lost, setLost] = useState<readonly string[]>([]);
  const fields = byField(error);
  const failed = error !== null && error !== undefined;
  useEffect(() => {
    if (error === null || error === undefined) return;
    const controls = form.current?.elements;
    const told = Object.entries(byField(error));
    setLost(told.flatMap(([name, words]) => (controls?.namedItem(name) ? [] : words.map((word) => `${name}: ${word}`))));
    const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid='true']");
    wrong?.closest("details")?.setAttribute("open", ""); // what is folded away takes no focus
    wrong?.focus();
  }, [error]);
  const placed = Object.keys(fields).length > 0 && lost.length === 0;
  return (
    <AriaForm
      ref={form}
      className={`form form--${look}`}
      validationErrors={fields}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new FormData(event.currentTarget));
      }}
      {...(id === undefined ? {} : { id })}
    >
      {failed && !placed && (
        <ErrorNote error={error}>
          {lost.map((word) => (
            <p key={word}>{word}</p>
          ))}
        </ErrorNote>
      )}
      {children}
      {actions !== undefined && <div className="form__actions">{actions}</div>}
    </AriaForm>
  );
}
