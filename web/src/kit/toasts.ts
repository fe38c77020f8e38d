import { UNSTABLE_ToastQueue as ToastQueue } from "react-aria-components/Toast";

import type { Tone } from "@/kit/Badge";

/** One notice. */
export interface Notice {
  tone: Tone;
  title: string;
  description?: string;
  /** One thing to do about it: “Undo”. */
  action?: { label: string; onAction: () => void };
}

/** What is said at the window's edge, at most three at a time. */
export const notices = new ToastQueue<Notice>({ maxVisibleToasts: 3 });

const STAYS_MS = 6_000;

function say(notice: Notice): void {
  // an error, and what has an action, stays until it is closed: nobody has to read fast (2.2.1)
  const stays = notice.tone === "error" || notice.action !== undefined;
  notices.add(notice, stays ? {} : { timeout: STAYS_MS });
}

type Extra = Omit<Notice, "tone" | "title">;

const TOAST = {
  /** Something was done. */
  ok: (title: string, extra?: Extra) => say({ tone: "ok", title, ...extra }),
  /** Something happened that one may want to know. */
  info: (title: string, extra?: Extra) => say({ tone: "info", title, ...extra }),
  /** Something did not work; takes what was thrown. */
  error: (title: string, error?: unknown) =>
    say({ tone: "error", title, ...(error instanceof Error ? { description: error.message } : {}) }),
};

/** The notices of the console: `const toast = useToast(); toast.ok("Key made")`. */
export function useToast(): typeof TOAST {
  return TOAST;
}
