import { useState, useSyncExternalStore } from "react";

const KEPT_UNDER = "switchgear.navigation";
const NARROW_REM = 72;

type Wish = "auto" | "wide" | "icons";

function kept(): Wish {
  try {
    const wish = localStorage.getItem(KEPT_UNDER);
    return wish === "wide" || wish === "icons" ? wish : "auto";
  } catch {
    return "auto"; // no storage here
  }
}

function keep(wish: Wish): void {
  try {
    localStorage.setItem(KEPT_UNDER, wish);
  } catch {
    // it holds until the window is closed
  }
}

/** Whether there is little room for the size of text that the reader has chosen. */
function isNarrow(): boolean {
  return window.innerWidth < NARROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function listen(changed: () => void): () => void {
  const scale = new MutationObserver(changed);
  scale.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  window.addEventListener("resize", changed);
  return () => {
    scale.disconnect();
    window.removeEventListener("resize", changed);
  };
}

/** Whether the navigation shows names or icons: as the reader wished on this device, otherwise as there is room. */
export function useNavigationWidth(): { wish: "wide" | "icons"; iconsOnly: boolean; toggle: () => void } {
  const [wish, setWish] = useState(kept);
  const narrow = useSyncExternalStore(listen, isNarrow);
  const iconsOnly = wish === "icons" || (wish === "auto" && narrow);
  const toggle = (): void => {
    const next = iconsOnly ? "wide" : "icons";
    keep(next);
    setWish(next);
  };
  return { wish: iconsOnly ? "icons" : "wide", iconsOnly, toggle };
}
