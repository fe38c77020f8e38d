import type { Ref } from "react";
import { Input, TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from "react-aria-components/TextField";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";

export interface TextFieldProps
  extends FieldWords,
    Omit<AriaTextFieldProps, "className" | "style" | "children" | "isInvalid" | "ref"> {
  placeholder?: string;
  /** For what is read letter by letter: keys, hosts, patterns. */
  mono?: boolean;
  ref?: Ref<HTMLInputElement>;
}

/** One line of text. `type` is text, password, url, email or tel. */
export function TextField({ label, labelHidden, description, error, placeholder, mono = false, ref, ...rest }: TextFieldProps) {
  return (
    <AriaTextField {...rest} {...invalidBy(error)} className="field">
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <Input
        className={mono ? "input input--mono" : "input"}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(ref === undefined ? {} : { ref })}
      />
      <FieldNotes description={description} error={error} />
    </AriaTextField>
  );
}
