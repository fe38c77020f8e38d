import { wearTheme } from "@/theme/sheet";

/** How a person wants the console to look and to sound; kept as the preference `appearance`. */
export interface Appearance {
  /** A theme's name; `system` follows the light or dark of the system. */
  theme: string;
  /** The text's size, 1 to 2. */
  scale: number;
  contrast: "system" | "standard" | "more";
  motion: "system" | "reduced" | "full";
  density: "compact" | "normal" | "comfortable";
}

export const SMALLEST = 0.875;
export const LARGEST = 2;
const REMEMBERED = "switchgear.appearance";
const YEAR_SECONDS = 31_536_000;

/** The theme that the page came in: the reader's own, or the one that the gateway chose. */
function served(): string {
  return document.documentElement.getAttribute("data-theme") ?? "system";
}

function oneOf<T extends string>(value: unknown, known: readonly T[], otherwise: T): T {
  return known.find((each) => each === value) ?? otherwise;
}

/** What was kept, whoever wrote it, with what is missing or makes no sense left at its usual. */
export function appearanceOf(value: unknown): Appearance {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { theme, scale, contrast, motion, density } = given;
  return {
    theme: typeof theme === "string" && /^[a-z0-9][a-z0-9-]{0,47}$/.test(theme) ? theme : served(),
    scale: typeof scale === "number" && scale >= SMALLEST && scale <= LARGEST ? scale : 1,
    contrast: oneOf(contrast, ["system", "standard", "more"], "system"),
    motion: oneOf(motion, ["system", "reduced", "full"], "system"),
    density: oneOf(density, ["compact", "normal", "comfortable"], "normal"),
  };
}

function mark(name: string, value: string, usual: string): void {
  if (value === usual) document.documentElement.removeAttribute(`data-${name}`);
  else document.documentElement.setAttribute(`data-${name}`, value);
}

/** Shows the page so, and the next one from its first moment. */
export function wear(appearance: Appearance): void {
  document.documentElement.style.setProperty("--scale", String(appearance.scale));
  mark("contrast", appearance.contrast, "system");
  mark("motion", appearance.motion, "system");
  mark("density", appearance.density, "normal");
  void wearTheme(appearance.theme);
}

/** Has this browser open the next page in it, before the gateway was asked for preferences. */
export function remember(appearance: Appearance): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `switchgear_theme=${appearance.theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(appearance));
  } catch {
    // a browser that keeps nothing: the gateway does
  }
}

/** What this browser wore last, or nothing. */
export function remembered(): unknown {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? "null") as unknown;
  } catch {
    return null;
  }
}
