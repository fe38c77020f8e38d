import "@/kit/Field.css";

import type { ReactNode } from "react";
import { FieldError, Label, Text } from "react-aria-components/TextField";

/** The words around every field. */
export interface FieldWords {
  label: string;
  /** The label is only for assistive technology: a search box with its lens, a cell of a table. */
  labelHidden?: boolean | undefined;
  /** What helps to fill it in. */
  description?: ReactNode;
  /** What is wrong with it. A Form sets the gateway's own words by the field's `name`. */
  error?: string | undefined;
}

/** The label of a field, with a word for what may be left out. */
export function FieldLabel({ label, hidden = false, isRequired }: { label: string; hidden?: boolean; isRequired?: boolean }) {
  return (
    <Label className={hidden ? "visually-hidden" : "field__label"}>
      {label}
      {isRequired === true && <span className="field__required"> (required)</span>}
    </Label>
  );
}

/** What stands below a field: help, and the error when there is one. */
export function FieldNotes({ description, error }: { description?: ReactNode; error?: string | undefined }) {
  return (
    <>
      {description !== undefined && (
        <Text slot="description" className="field__description">
          {description}
        </Text>
      )}
      <FieldError className="field__error">{error}</FieldError>
    </>
  );
}

/** The property that marks a field as wrong, only when it is: otherwise the browser's own checks hold. */
export function invalidBy(error: string | undefined): { isInvalid?: true } {
  return error === undefined || error === "" ? {} : { isInvalid: true };
}
