import "@/kit/Tooltip.css";

import type { ReactElement } from "react";
import { Focusable, Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components/Tooltip";

import { Kbd } from "@/kit/Kbd";

export interface TooltipProps {
  text: string;
  keys?: string;
  /** What it explains: a kit Button or IconButton, or with `focusable` one plain element, which then takes the focus. */
  children: ReactElement;
  focusable?: boolean;
  placement?: "top" | "bottom" | "start" | "end";
}

/** A word of explanation on hover and focus. Nothing that a person needs stands only here. */
export function Tooltip({ text, keys, children, focusable = false, placement = "top" }: TooltipProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {focusable ? <Focusable>{children as ReactElement<never, string>}</Focusable> : children}
      <AriaTooltip className="tooltip" placement={placement} offset={6}>
        {text}
        {keys !== undefined && <Kbd keys={keys} />}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
