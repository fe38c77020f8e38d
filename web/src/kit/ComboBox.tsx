import "@/kit/Select.css";
import "@/kit/ComboBox.css";

import { Button } from "react-aria-components/Button";
import { ComboBox as AriaComboBox, type ComboBoxProps as AriaComboBoxProps, Input } from "react-aria-components/ComboBox";
import { Group } from "react-aria-components/Group";
import { Popover } from "react-aria-components/Popover";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";
import { Icon } from "@/kit/Icon";
import { type Option, Options } from "@/kit/options";

export type { Option } from "@/kit/options";

export interface ComboBoxProps
  extends FieldWords,
    Omit<AriaComboBoxProps<object>, "className" | "style" | "children" | "isInvalid" | "value" | "defaultValue" | "onChange" | "items"> {
  options: readonly Option[];
  /** The chosen option's id; with `allowsCustomValue` use `inputValue` and `onInputChange` for the text. */
  value?: string | null;
  defaultValue?: string;
  onChange?: (id: string | null) => void;
  placeholder?: string;
  /** What the list says when nothing fits. */
  empty?: string;
  mono?: boolean;
}

/** One of many, found by typing. */
export function ComboBox(props: ComboBoxProps) {
  const { label, labelHidden, description, error, options, onChange, placeholder, empty, mono = false, ...rest } = props;
  return (
    <AriaComboBox
      menuTrigger="focus"
      allowsEmptyCollection
      {...rest}
      {...invalidBy(error)}
      {...(onChange === undefined ? {} : { onChange: (key) => onChange(key === null ? null : String(key)) })}
      className="field combo-box"
    >
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <Group className="combo-box__group">
        <Input className={mono ? "input input--mono" : "input"} {...(placeholder === undefined ? {} : { placeholder })} />
        <Button className="combo-box__open">
          <Icon name="chevronDown" size="sm" />
        </Button>
      </Group>
      <FieldNotes description={description} error={error} />
      <Popover className="popover popover--list">
        <Options options={options} empty={empty ?? "Nothing fits."} />
      </Popover>
    </AriaComboBox>
  );
}
