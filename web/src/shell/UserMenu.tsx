import { useState } from "react";

import { IconButton } from "@/kit/IconButton";
import { Menu, type MenuAction } from "@/kit/Menu";
import { useToast } from "@/kit/toasts";
import { ROUTES } from "@/routes";
import { useMe } from "@/session/me";
import { forgetRecents } from "@/shell/recent";
import { useThemes } from "@/theme/themes";
import { useAppearance } from "@/theme/useAppearance";

async function signOut(): Promise<void> {
  const answer = await fetch("/api/sign-out", { method: "POST", credentials: "same-origin" });
  if (!answer.ok) throw new Error(`The gateway answered ${answer.status}.`);
  forgetRecents();
  location.assign("/");
}

function useThemeItems(isWanted: boolean): MenuAction[] {
  const { appearance, change } = useAppearance();
  const { data } = useThemes(isWanted);
  return (data?.data ?? [])
    .filter((theme) => theme.href !== null)
    .map(({ name, title }) => ({
      id: `theme ${name}`,
      label: title,
      section: "Theme",
      isSelected: name === appearance.theme,
      onAction: () => change({ theme: name }),
    }));
}

/** Who is signed in, how the console looks, and the way out. */
export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  const toast = useToast();
  const [wasOpened, setWasOpened] = useState(false);
  const themes = useThemeItems(wasOpened);
  const named = me === undefined || me.user === "" ? "Signed in" : me.user;
  const who = [named, me?.role].filter(Boolean).join(" · ");
  const items: MenuAction[] = [
    ...ROUTES.filter((page) => page.path === "/settings/appearance" || page.path === "/account").map((page) => ({
      id: page.path,
      label: page.title,
      icon: page.icon,
      section: who,
      href: page.path,
    })),
    { id: "help", label: "Keyboard shortcuts", icon: "keyboard", keys: "?", section: who, onAction: onHelp },
    ...themes,
    {
      id: "sign-out",
      label: "Sign out",
      icon: "signOut",
      section: "Session",
      onAction: () => void signOut().catch((error: unknown) => toast.error("You are still signed in", error)),
    },
  ];
  return (
    <Menu label="You" items={items} onOpenChange={(isOpen) => isOpen && setWasOpened(true)}>
      <IconButton icon="user" label="You and this console" />
    </Menu>
  );
}
