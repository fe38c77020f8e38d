import "@/kit/RadioGroup.css";

import type { ReactNode } from "react";
import { RadioButton, RadioField, RadioGroup as AriaRadioGroup, type RadioGroupProps as AriaRadioGroupProps } from "react-aria-components/RadioGroup";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";

export interface Choice {
  id: string;
  label: string;
  description?: ReactNode;
  isDisabled?: boolean;
}

export interface RadioGroupProps
  extends FieldWords,
    Omit<AriaRadioGroupProps, "className" | "style" | "children" | "isInvalid"> {
  options: readonly Choice[];
  /** `segments` stands in one line, as a bar of two to five short words. */
  look?: "list" | "segments";
}

/** One of a few, all in sight. */
export function RadioGroup({ label, labelHidden, description, error, options, look = "list", ...rest }: RadioGroupProps) {
  return (
    <AriaRadioGroup {...rest} {...invalidBy(error)} className={`field radio-group radio-group--${look}`}>
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <div className="radio-group__options">
        {options.map((option) => (
          <RadioField key={option.id} value={option.id} isDisabled={option.isDisabled === true} className="radio">
            <RadioButton className="radio__button">
              <span className="radio__mark" aria-hidden="true" />
              <span>{option.label}</span>
            </RadioButton>
            {option.description !== undefined && <FieldNotes description={option.description} />}
          </RadioField>
        ))}
      </div>
      <FieldNotes description={description} error={error} />
    </AriaRadioGroup>
  );
}
