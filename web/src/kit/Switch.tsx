import "@/kit/Switch.css";

import type { ReactNode } from "react";
import { SwitchButton, SwitchField, type SwitchFieldProps } from "react-aria-components/Switch";

import { FieldNotes } from "@/kit/Field";

export interface SwitchProps extends Omit<SwitchFieldProps, "className" | "style" | "children" | "isInvalid"> {
  /** What is on or off. */
  children: ReactNode;
  description?: ReactNode;
}

/** On or off, at once. */
export function Switch({ children, description, ...rest }: SwitchProps) {
  return (
    <SwitchField {...rest} className="switch">
      <SwitchButton className="switch__button">
        <span className="switch__track" aria-hidden="true">
          <span className="switch__thumb" />
        </span>
        <span>{children}</span>
      </SwitchButton>
      <FieldNotes description={description} />
    </SwitchField>
  );
}
