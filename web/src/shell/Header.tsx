import { Link } from "@tanstack/react-router";

import { Button } from "@/kit/Button";
import { IconButton } from "@/kit/IconButton";
import { Kbd } from "@/kit/Kbd";
import type { Connection } from "@/shell/connection";
import { ConnectionState } from "@/shell/ConnectionState";
import type { ShellPart } from "@/shell/shellActions";
import { UserMenu } from "@/shell/UserMenu";

export interface HeaderProps {
  connection: Connection;
  onOpen: (part: ShellPart) => void;
  onToggle: () => void;
}

/** The window's head: the way to the pages, the search for everything, the connection, and you. */
export function Header({ connection, onOpen, onToggle }: HeaderProps) {
  return (
    <>
      <span className="shell__wide-only">
        <IconButton icon="menu" label="Show or hide the names of pages" keys="mod+b" onPress={onToggle} />
      </span>
      <span className="shell__small-only">
        <IconButton icon="menu" label="Pages" onPress={() => onOpen("pages")} />
      </span>
      <Link to="/" className="shell__name">
        Switchgear
      </Link>
      <span className="shell__find">
        <Button icon="search" tone="quiet" onPress={() => onOpen("palette")}>
          Find <span className="shell__find-words">a page or an action</span> <Kbd keys="mod+k" />
        </Button>
      </span>
      <ConnectionState state={connection} />
      <span className="shell__wide-only">
        <IconButton icon="help" label="Keyboard shortcuts" keys="?" onPress={() => onOpen("help")} />
      </span>
      <UserMenu onHelp={() => onOpen("help")} />
    </>
  );
}
