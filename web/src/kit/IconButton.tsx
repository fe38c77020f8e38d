import "@/kit/Button.css";

import type { Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";

import type { ButtonTone } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Tooltip } from "@/kit/Tooltip";

export interface IconButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children" | "aria-label"> {
  icon: IconName;
  /** What it does, in words: its name, and the tooltip's text. */
  label: string;
  /** The keys that do the same, shown in the tooltip: `g o`. */
  keys?: string;
  tone?: ButtonTone;
  size?: "md" | "sm";
  ref?: Ref<HTMLButtonElement>;
}

/** A button that is only a drawing: its words are in the tooltip and for assistive technology. */
export function IconButton({ icon, label, keys, tone = "quiet", size = "md", ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })}>
      <AriaButton {...rest} aria-label={label} className={`button icon-button button--${tone} button--${size}`}>
        <Icon name={icon} />
      </AriaButton>
    </Tooltip>
  );
}
