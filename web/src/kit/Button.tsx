import "@/kit/Button.css";

import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";

import { Icon, type IconName } from "@/kit/Icon";

/** How much a button asks for the eye: one primary in a view, quiet within rows and bars, danger for what destroys. */
export type ButtonTone = "normal" | "primary" | "quiet" | "danger";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  children: ReactNode;
  tone?: ButtonTone;
  size?: "md" | "sm";
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words. While `isPending` it keeps its place and its focus, and says that it is busy. */
export function Button({ children, tone = "normal", size = "md", icon, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button--${tone} button--${size}`}>
      {icon !== undefined && <Icon name={icon} />}
      <span className="button__words">{children}</span>
    </AriaButton>
  );
}
