/** Takes the one-time link out of the address, so that neither the history nor a copied address has it. */
function taken(): string | null {
  const address = new URL(location.href);
  const link = address.searchParams.get("link");
  if (link === null) return null;
  address.searchParams.delete("link");
  history.replaceState(history.state, "", address);
  return link;
}

/** The one-time link that this window was opened with. It is read when the console is loaded, before the router looks at the address. */
export const LINK = taken();
