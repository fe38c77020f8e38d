import "@/kit/Select.css";

import { Button } from "react-aria-components/Button";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, type SelectProps as AriaSelectProps, SelectValue } from "react-aria-components/Select";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";
import { Icon } from "@/kit/Icon";
import { type Option, Options } from "@/kit/options";

export type { Option } from "@/kit/options";

export interface SelectProps
  extends FieldWords,
    Omit<AriaSelectProps<object>, "className" | "style" | "children" | "isInvalid" | "value" | "defaultValue" | "onChange"> {
  options: readonly Option[];
  value?: string | null;
  defaultValue?: string;
  onChange?: (id: string) => void;
}

/** One of a list that opens; for many or for typing, a ComboBox. */
export function Select({ label, labelHidden, description, error, options, onChange, ...rest }: SelectProps) {
  return (
    <AriaSelect
      {...rest}
      {...invalidBy(error)}
      {...(onChange === undefined ? {} : { onChange: (key) => key !== null && onChange(String(key)) })}
      className="field select"
    >
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <Button className="input select__button">
        <SelectValue className="select__value">{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</SelectValue>
        <Icon name="chevronDown" size="sm" />
      </Button>
      <FieldNotes description={description} error={error} />
      <Popover className="popover popover--list">
        <Options options={options} />
      </Popover>
    </AriaSelect>
  );
}
