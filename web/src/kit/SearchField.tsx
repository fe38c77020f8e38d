import "@/kit/SearchField.css";

import { Button } from "react-aria-components/Button";
import { Input, SearchField as AriaSearchField, type SearchFieldProps as AriaSearchFieldProps } from "react-aria-components/SearchField";

import { FieldLabel } from "@/kit/Field";
import { Icon } from "@/kit/Icon";

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, "className" | "style" | "children"> {
  label: string;
  placeholder?: string;
  /** The page's own search: `/` brings the focus here. */
  main?: boolean;
}

/** A field to search with: Esc empties it, `/` finds the page's main one. */
export function SearchField({ label, placeholder, main = false, ...rest }: SearchFieldProps) {
  return (
    <AriaSearchField {...rest} className="search-field">
      <FieldLabel label={label} hidden />
      <Icon name="search" />
      <Input
        className="input search-field__input"
        placeholder={placeholder ?? label}
        {...(main ? { "data-search": "", "aria-keyshortcuts": "/" } : {})}
      />
      <Button className="search-field__clear">
        <Icon name="close" size="sm" />
      </Button>
    </AriaSearchField>
  );
}
