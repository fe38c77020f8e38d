import "@/kit/Checkbox.css";

import type { ReactNode } from "react";
import { CheckboxButton, CheckboxField, type CheckboxFieldProps } from "react-aria-components/Checkbox";

import { FieldNotes, invalidBy } from "@/kit/Field";

export interface CheckboxProps extends Omit<CheckboxFieldProps, "className" | "style" | "children" | "isInvalid"> {
  /** What is said yes to. */
  children: ReactNode;
  description?: ReactNode;
  error?: string | undefined;
}

/** Yes or no, sent with the form; what takes effect at once is a Switch. */
export function Checkbox({ children, description, error, ...rest }: CheckboxProps) {
  return (
    <CheckboxField {...rest} {...invalidBy(error)} className="checkbox">
      <CheckboxButton className="checkbox__button">
        {({ isIndeterminate }) => (
          <>
            <span className="checkbox__box" aria-hidden="true">
              <svg viewBox="0 0 16 16">
                <path d={isIndeterminate ? "M4 8h8" : "M3.5 8.5 6.5 11.5 12.5 5"} />
              </svg>
            </span>
            <span>{children}</span>
          </>
        )}
      </CheckboxButton>
      <FieldNotes description={description} error={error} />
    </CheckboxField>
  );
}
