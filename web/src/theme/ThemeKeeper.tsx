import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { useToast } from "@/kit/toasts";
import { may, useMe } from "@/session/me";
import { remember, wear } from "@/theme/appearance";
import { type ThemeEvents, useThemeEvents } from "@/theme/events";
import { worn, wearSheet, wearTheme } from "@/theme/sheet";
import { useAppearance } from "@/theme/useAppearance";

/** Keeps the page in its user's theme: as it was chosen anywhere, and as its file is now. Shows nothing itself. */
export function ThemeKeeper() {
  const { appearance, isChosen } = useAppearance();
  const client = useQueryClient();
  const toast = useToast();
  const edits = may(useMe(), "change");

  useEffect(() => {
    if (!isChosen) return; // the gateway's choice, which may be another tomorrow
    wear(appearance);
    remember(appearance);
  }, [appearance, isChosen]);

  const heard = useMemo<ThemeEvents>(() => {
    const refresh = (): void => void client.invalidateQueries({ queryKey: ["themes"] });
    return {
      changed: ({ name, href }) => {
        refresh();
        if (worn()?.name !== name) return;
        if (href === null) void wearTheme("system");
        else void wearSheet(name, href).catch(() => undefined);
      },
      invalid: ({ name, problems }) => {
        refresh();
        const first = problems[0];
        if (!edits || first === undefined) return;
        const where = first.line === null ? first.file : `${first.file}:${first.line}`;
        toast.error(`The theme ${name} stays as it was`, new Error(`${where}: ${first.message} ${first.suggestion}`.trim()));
      },
      open: refresh,
    };
  }, [client, edits, toast]);
  useThemeEvents(heard);
  return null;
}
