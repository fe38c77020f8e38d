/** Where a theme's sheet is, whichever it is now: an address with another digest is answered with the present one. */
const UNKNOWN = "000000000000";
const SHEET = /^\/themes\/([a-z0-9][a-z0-9-]*)-[0-9a-f]{12}\.css$/;

function links(): HTMLLinkElement[] {
  return [...document.head.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"][href^="/themes/"]')];
}

/** The address of the sheet that the page wears or is about to wear, and its theme. */
export function worn(): { name: string; href: string } | null {
  const href = links().at(-1)?.getAttribute("href") ?? "";
  const name = SHEET.exec(href)?.[1];
  return name === undefined ? null : { name, href };
}

/** Puts a sheet in the place of the one that is worn once it has come, so that the page is never without; the last one asked for stays. */
export function wearSheet(name: string, href: string): Promise<void> {
  if (worn()?.href === href) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const next = document.createElement("link");
    next.rel = "stylesheet";
    next.href = href;
    next.addEventListener("load", () => {
      const all = links();
      for (const before of all.slice(0, all.indexOf(next))) before.remove();
      if (next.isConnected && links().at(-1) === next) document.documentElement.setAttribute("data-theme", name);
      resolve();
    });
    next.addEventListener("error", () => {
      next.remove();
      reject(new Error(`The theme ${name} could not be loaded.`));
    });
    document.head.append(next);
  });
}

/** Wears a theme by its name; where it cannot be had, the one that is worn stays. */
export async function wearTheme(name: string, href?: string | null): Promise<void> {
  if (worn()?.name === name && (href === undefined || href === null)) return;
  await wearSheet(name, href ?? `/themes/${name}-${UNKNOWN}.css`).catch(() => undefined);
}
