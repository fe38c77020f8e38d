import type { Ref } from "react";
import { TextArea as AriaTextArea } from "react-aria-components/TextArea";
import { TextField as AriaTextField } from "react-aria-components/TextField";

import { FieldLabel, FieldNotes, invalidBy } from "@/kit/Field";
import type { TextFieldProps } from "@/kit/TextField";

export interface TextAreaProps extends Omit<TextFieldProps, "ref" | "type"> {
  rows?: number;
  ref?: Ref<HTMLTextAreaElement>;
}

/** Text of several lines; the reader may make it taller. */
export function TextArea({ label, labelHidden, description, error, placeholder, mono = false, rows = 4, ref, ...rest }: TextAreaProps) {
  return (
    <AriaTextField {...rest} {...invalidBy(error)} className="field">
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={rest.isRequired === true} />
      <AriaTextArea
        rows={rows}
        className={mono ? "input input--area input--mono" : "input input--area"}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(ref === undefined ? {} : { ref })}
      />
      <FieldNotes description={description} error={error} />
    </AriaTextField>
  );
}
