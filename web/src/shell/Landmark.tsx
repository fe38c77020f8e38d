import { type ReactNode, useRef } from "react";
import { useLandmark } from "react-aria/useLandmark";

export interface LandmarkProps {
  role: "banner" | "navigation" | "main";
  label?: string;
  id?: string;
  className: string;
  children: ReactNode;
}

const ELEMENTS = { banner: "header", navigation: "nav", main: "main" } as const;

/** A part of the window that F6 and Shift+F6 lead to. */
export function Landmark({ role, label, id, className, children }: LandmarkProps) {
  const ref = useRef<HTMLElement>(null);
  const { landmarkProps } = useLandmark({ role, ...(label === undefined ? {} : { "aria-label": label }) }, ref);
  const Element = ELEMENTS[role];
  return (
    <Element {...landmarkProps} ref={ref} className={className} {...(id === undefined ? {} : { id })} {...(role === "main" ? { tabIndex: -1 } : {})}>
      {children}
    </Element>
  );
}
