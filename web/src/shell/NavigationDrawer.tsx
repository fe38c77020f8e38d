import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { Dialog } from "@/kit/Dialog";
import { Navigation } from "@/shell/Navigation";

/** The navigation on small screens: over the page, gone when a page was chosen. */
export default function NavigationDrawer({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  const path = useLocation({ select: (location) => location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) onOpenChange(false);
    before.current = path;
  }, [path, onOpenChange]);
  return (
    <Dialog title="Pages" isOpen={isOpen} onOpenChange={onOpenChange} place="start" size="sm">
      <nav aria-label="Pages" className="shell__drawer">
        <Navigation />
      </nav>
    </Dialog>
  );
}
