import "@/kit/NumberField.css";

import { Button } from "react-aria-components/Button";
import {
  Group,
  Input,
  NumberField as AriaNumberField,
  type NumberFieldProps as AriaNumberFieldProps,
} from "react-aria-components/NumberField";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";
import { Icon } from "@/kit/Icon";

export interface NumberFieldProps
  extends FieldWords,
    Omit<AriaNumberFieldProps, "className" | "style" | "children" | "isInvalid" | "value" | "onChange" | "ref"> {
  /** `null` is an empty field. */
  value?: number | null;
  onChange?: (value: number | null) => void;
  placeholder?: string;
  /** What is counted, shown after the number: `calls/min`, `USD`. */
  unit?: string;
}

/** A number, typed or stepped; `formatOptions` (Intl) says how it is written. */
export function NumberField({ label, labelHidden, description, error, value, onChange, placeholder, unit, ...rest }: NumberFieldProps) {
  return (
    <AriaNumberField
      {...rest}
      {...invalidBy(error)}
      {...(value === undefined ? {} : { value: value ?? NaN })}
      {...(onChange === undefined ? {} : { onChange: (next: number) => onChange(Number.isNaN(next) ? null : next) })}
      className="field"
    >
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <Group className="number-field">
        <Input className="input number-field__input num" {...(placeholder === undefined ? {} : { placeholder })} />
        {unit !== undefined && <span className="number-field__unit">{unit}</span>}
        <Button slot="decrement" className="number-field__step">
          <Icon name="minus" size="sm" />
        </Button>
        <Button slot="increment" className="number-field__step">
          <Icon name="add" size="sm" />
        </Button>
      </Group>
      <FieldNotes description={description} error={error} />
    </AriaNumberField>
  );
}
