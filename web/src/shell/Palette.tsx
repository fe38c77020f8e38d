import "@/kit/Select.css";
import "@/shell/Palette.css";

import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { Autocomplete, useFilter } from "react-aria-components/Autocomplete";
import { Dialog } from "react-aria-components/Dialog";
import { Header, Menu, MenuItem, MenuSection } from "react-aria-components/Menu";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Input, SearchField } from "react-aria-components/SearchField";

import { Icon, type IconName } from "@/kit/Icon";
import { Kbd } from "@/kit/Kbd";
import { ROUTES } from "@/routes";
import { may, useMe } from "@/session/me";
import { useActionList } from "@/shell/actions";
import { pageOf } from "@/shell/groups";
import { recents } from "@/shell/recent";
import { useThemes } from "@/theme/themes";
import { useAppearance } from "@/theme/useAppearance";

interface Entry {
  id: string;
  label: string;
  section: string;
  icon: IconName;
  keys?: string | undefined;
  run: () => void;
}

/** Pages that are in nobody's navigation, but in the reader's menu. */
const OWN: ReadonlySet<string> = new Set(["/account", "/settings/appearance"]);

function useEntries(): readonly Entry[] {
  const actions = useActionList();
  const me = useMe();
  const router = useRouter();
  const { data: themes } = useThemes();
  const { change } = useAppearance();
  return useMemo(() => {
    const go = (path: string) => () => void router.navigate({ to: path });
    const here = router.state.location.pathname;
    return [
      ...actions
        .filter((action) => action.section !== "Go to" && action.shownOnly !== true && action.id !== "palette")
        .map((action) => ({ ...action, id: `do ${action.id}`, section: "Actions", icon: "play" as const })),
      ...recents()
        .filter((page) => page.path !== here && !ROUTES.some((route) => route.path === page.path))
        .map((page) => ({
          id: `recent ${page.path}`,
          label: page.title,
          section: "Recent",
          icon: pageOf(page.path)?.icon ?? ("clock" as const),
          run: go(page.path),
        })),
      ...ROUTES.filter((page) => (page.group !== null || OWN.has(page.path)) && (me === undefined || may(me, page.right))).map((page) => ({
        id: `page ${page.path}`,
        label: page.title,
        section: page.group ?? "You",
        icon: page.icon,
        keys: page.go === undefined ? undefined : `g ${page.go}`,
        run: go(page.path),
      })),
      ...(themes?.data ?? [])
        .filter((theme) => theme.href !== null)
        .map(({ name, title }) => ({
          id: `theme ${name}`,
          label: `Theme: ${title}`,
          section: "Look",
          icon: "theme" as const,
          run: () => change({ theme: name }),
        })),
    ];
  }, [actions, me, router, themes, change]);
}

/** Pages, what can be done here, and where one was: found by typing, chosen with Enter. */
export default function Palette({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  const entries = useEntries();
  const sections = [...new Set(entries.map((entry) => entry.section))];
  const { contains } = useFilter({ sensitivity: "base" });
  const run = (entry: Entry): void => {
    onOpenChange(false);
    requestAnimationFrame(entry.run); // after the dialog has given the focus back: the action may want it
  };
  return (
    <ModalOverlay className="overlay overlay--top" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="dialog palette">
        <Dialog className="dialog__content" aria-label="Find a page or an action">
          <Autocomplete filter={contains}>
            <SearchField aria-label="Find a page or an action" autoFocus className="palette__search">
              <Icon name="search" />
              <Input className="palette__input" placeholder="Find a page or an action" />
              <Kbd keys="escape" />
            </SearchField>
            <Menu aria-label="Found" className="options palette__found" renderEmptyState={() => <p className="options__empty">Nothing by that name.</p>}>
              {sections.map((section) => (
                <MenuSection key={section} id={`section ${section}`}>
                  <Header className="options__section">{section}</Header>
                  {entries
                    .filter((entry) => entry.section === section)
                    .map((entry) => (
                      <MenuItem key={entry.id} id={entry.id} textValue={entry.label} className="option menu__item" onAction={() => run(entry)}>
                        <Icon name={entry.icon} />
                        <span className="option__words">{entry.label}</span>
                        {entry.keys !== undefined && <Kbd keys={entry.keys} />}
                      </MenuItem>
                    ))}
                </MenuSection>
              ))}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
