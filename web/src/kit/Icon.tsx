import "@/kit/Icon.css";

import { GLYPHS, type IconName } from "@/kit/glyphs";

export type { IconName } from "@/kit/glyphs";

export interface IconProps {
  name: IconName;
  /** What it says to those who cannot see it; without one it is decoration, and words stand beside it. */
  label?: string;
  size?: "sm" | "md" | "lg";
}

/** A small drawing in the colour of the words around it. */
export function Icon({ name, label, size = "md" }: IconProps) {
  const said = label === undefined ? { "aria-hidden": true as const } : { role: "img", "aria-label": label };
  return (
    <svg className={`icon icon--${size}`} viewBox="0 0 16 16" focusable="false" {...said}>
      <path d={GLYPHS[name]} />
    </svg>
  );
}
