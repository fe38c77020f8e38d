import { notices } from "@/kit/toasts";
import { keepTyped } from "@/upgrade/typed";

const LOOKS_MS = 300_000;
const PLACE = "switchgear.loaded-anew";
/** A page that fails this soon after it was loaded anew is broken, not old. */
const SOON_MS = 20_000;

/** The console that this page is of; nothing under the development server. */
const MINE = document.querySelector<HTMLMetaElement>('meta[name="switchgear-version"]')?.content;

/** How this page stands to what the gateway serves now. */
export type Standing = "current" | "outdated" | "unreachable";

/** Asks the gateway which console it serves. */
export async function standing(): Promise<Standing> {
  try {
    const answer = await fetch("/", { method: "HEAD", cache: "no-store", headers: { accept: "text/html" } });
    const served = answer.headers.get("etag");
    if (!answer.ok) return "unreachable";
    return MINE === undefined || served === null || served === `"${MINE}"` ? "current" : "outdated";
  } catch {
    return "unreachable";
  }
}

/** Loads the page of the gateway's console; what was typed is there again. */
export function loadAnew(): void {
  keepTyped();
  location.reload();
}

/** Loads the page of the gateway's console, but not twice in a row; whether it does. */
export function loadAnewOnce(): boolean {
  try {
    if (Date.now() - Number(sessionStorage.getItem(PLACE) ?? 0) < SOON_MS) return false;
    sessionStorage.setItem(PLACE, String(Date.now()));
  } catch {
    return false; // without a memory it could go on for ever
  }
  location.reload();
  return true;
}

/** Looks now and then, and when the window is shown again, whether the gateway has a newer console, and says so once. */
export function watchVersion(): void {
  const look = async (): Promise<void> => {
    if (document.visibilityState !== "visible" || (await standing()) !== "outdated") return;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", listener);
    notices.add({
      tone: "info",
      title: "A new version of the console is here",
      description: "It is loaded when you say so; what you have typed stays.",
      action: { label: "Load it", onAction: loadAnew },
    });
  };
  const listener = (): void => void look();
  document.addEventListener("visibilitychange", listener);
  const timer = setInterval(listener, LOOKS_MS);
}
