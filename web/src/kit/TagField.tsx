import "@/kit/TagField.css";

import { type KeyboardEvent, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Tag, TagGroup, TagList } from "react-aria-components/TagGroup";
import { Input, TextField } from "react-aria-components/TextField";

import { FieldLabel, FieldNotes, type FieldWords, invalidBy } from "@/kit/Field";
import { Icon } from "@/kit/Icon";

export interface TagFieldProps extends FieldWords {
  value: readonly string[];
  onChange: (value: string[]) => void;
  placeholder?: string;
  /** Says what is wrong with one entry, or nothing. */
  check?: (entry: string) => string | undefined;
  /** Offered while typing. */
  suggestions?: readonly string[];
  name?: string;
  mono?: boolean;
  isDisabled?: boolean;
  isRequired?: boolean;
}

/** Several short texts: Enter or a comma adds what is typed, Backspace in the empty field takes the last away. */
export function TagField(props: TagFieldProps) {
  const { label, labelHidden, description, error, value, onChange, placeholder, check, suggestions, mono = false } = props;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const listId = `${props.name ?? label}-suggestions`;

  const take = (text: string): void => {
    const entries = text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
    const bad = entries.map((entry) => check?.(entry)).find((word) => word !== undefined);
    setWrong(bad);
    if (bad !== undefined) return;
    const added = entries.filter((entry) => !value.includes(entry));
    if (added.length > 0) onChange([...value, ...added]);
    setTyped("");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key === "Enter" || event.key === ",") && typed.trim() !== "" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      take(typed);
    }
    if (event.key === "Backspace" && typed === "") onChange(value.slice(0, -1));
  };

  return (
    <TextField
      value={typed}
      onChange={setTyped}
      onBlur={() => take(typed)}
      isDisabled={props.isDisabled === true}
      {...(props.name === undefined ? {} : { name: props.name })}
      {...invalidBy(error ?? wrong)}
      className="field tag-field"
    >
      <FieldLabel label={label} hidden={labelHidden === true} isRequired={props.isRequired === true} />
      <div className="tag-field__box">
        {value.length > 0 && (
          <TagGroup aria-label={`${label}: chosen`} onRemove={(gone) => onChange(value.filter((entry) => !gone.has(entry)))}>
            <TagList className="tag-field__tags">
              {value.map((entry) => (
                <Tag key={entry} id={entry} textValue={entry} className={mono ? "tag num" : "tag"}>
                  {entry}
                  <Button slot="remove" className="tag__remove">
                    <Icon name="close" size="sm" />
                  </Button>
                </Tag>
              ))}
            </TagList>
          </TagGroup>
        )}
        <Input
          ref={input}
          className={mono ? "tag-field__input num" : "tag-field__input"}
          placeholder={value.length === 0 ? (placeholder ?? "") : ""}
          onKeyDown={onKeyDown}
          {...(suggestions === undefined ? {} : { list: listId })}
        />
      </div>
      {suggestions !== undefined && (
        <datalist id={listId}>
          {suggestions.filter((entry) => !value.includes(entry)).map((entry) => (
            <option key={entry} value={entry} />
          ))}
        </datalist>
      )}
      <FieldNotes description={description} error={error ?? wrong} />
    </TextField>
  );
}
