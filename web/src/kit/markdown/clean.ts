import createPurifier, { type DOMPurify } from "dompurify";

import { OWN_IMAGE } from "@/kit/markdown/marks";

const TAGS =
  "a b blockquote br caption code dd del details dl dt em h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre q s samp small strong sub summary sup table tbody td tfoot th thead tr u ul var";
const MATH =
  "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics";
const ATTRIBUTES =
  "href title alt src align colspan rowspan start dir lang open data-math display mathvariant stretchy fence separator lspace rspace columnalign columnspacing rowspacing accent accentunder displaystyle scriptlevel width height depth voffset linethickness minsize maxsize form movablelimits symmetric";
const OWN_DIRECTION = new Set(["P", "LI", "H2", "H3", "H4", "H5", "H6", "TD", "TH", "BLOCKQUOTE", "DT", "DD", "SUMMARY"]);
const ADDRESS = /^(?:https?:\/\/|mailto:)/i;

/** The place a link leads to, to be shown beside words that do not say it; `null` for a link that is refused. */
function target(link: Element): string | null {
  const href = link.getAttribute("href") ?? "";
  if (!ADDRESS.test(href) || !URL.canParse(href)) return null;
  const url = new URL(href);
  return url.protocol === "mailto:" ? url.pathname : url.host;
}

function finishLink(link: Element): void {
  const to = target(link);
  if (to === null) {
    link.removeAttribute("href");
    return;
  }
  link.setAttribute("rel", "noopener noreferrer nofollow");
  link.setAttribute("target", "_blank");
  if (link.textContent.trim() !== link.getAttribute("href")) link.setAttribute("data-to", to);
}

/** What is allowed through is given what it needs: directions, targets, room to scroll. */
function finish(node: Element): void {
  if (OWN_DIRECTION.has(node.tagName) && !node.hasAttribute("dir")) node.setAttribute("dir", "auto");
  if (node.tagName === "PRE") node.setAttribute("dir", "ltr");
  if (node.tagName === "A") finishLink(node);
  if (node.tagName === "IMG" && !OWN_IMAGE.test(node.getAttribute("src") ?? "")) node.removeAttribute("src");
  if (node.tagName === "TABLE" || node.tagName === "PRE") {
    // in reach of the keyboard, since both scroll by themselves
    node.setAttribute("tabindex", "0");
  }
}

function purifier(): DOMPurify {
  const made = createPurifier(window);
  made.addHook("afterSanitizeAttributes", finish);
  return made;
}

const pure = purifier();
const ALLOWED = {
  ALLOWED_TAGS: `${TAGS} ${MATH}`.split(" "),
  ALLOWED_ATTR: ATTRIBUTES.split(" "),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_TRUSTED_TYPE: false as const,
};

/** HTML that is harmless whatever it was: known elements, no scripts, styles, forms, ids or images of other places. */
export function clean(html: string): string {
  return pure.sanitize(html, ALLOWED);
}
