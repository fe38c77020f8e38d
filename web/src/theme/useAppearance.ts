import { useCallback, useMemo } from "react";

import { usePreference } from "@/session/preference";
import { type Appearance, appearanceOf, remember, remembered, wear } from "@/theme/appearance";

/** How the console looks for the user, whether that is known yet and chosen by them, and a way to change some of it, which holds at once. */
export function useAppearance(): { appearance: Appearance; isKnown: boolean; isChosen: boolean; change: (some: Partial<Appearance>) => void } {
  const { value, isKnown, save } = usePreference("appearance");
  const appearance = useMemo(() => appearanceOf(isKnown && value !== null ? value : remembered()), [value, isKnown]);
  const change = useCallback(
    (some: Partial<Appearance>) => {
      const next = { ...appearance, ...some };
      wear(next);
      remember(next);
      save((before: unknown) => ({ ...(before === null ? appearance : appearanceOf(before)), ...some }));
    },
    [appearance, save],
  );
  return { appearance, isKnown, isChosen: value !== null, change };
}
