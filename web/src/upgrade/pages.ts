import { type Standing, standing } from "@/upgrade/version";

const WHY: Readonly<Record<Standing, string>> = {
  outdated: "The gateway has a newer console than this window. Load the page again to go on with it.",
  unreachable: "The gateway cannot be reached. Is it running?",
  current: "This page's program is missing on the gateway. Was the console built completely?",
};

/** A page's program could not be loaded. */
export class PageNotLoaded extends Error {
  constructor(readonly standing: Standing) {
    super(WHY[standing]);
    this.name = "PageNotLoaded";
  }
}

/** `load`, for a page whose program is loaded when it is opened. Throws PageNotLoaded, which says why it was not. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    throw new PageNotLoaded(await standing());
  }
}
