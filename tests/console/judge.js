// Beside axe-core in every page that is judged: puts a theme on, and asks axe.
window.judge = {
  /** The style sheets of themes, each there once. They are switched by their medium: disabled ones would be loaded again. */
  sheets: new Map(),

  async load(themes) {
    for (const old of document.querySelectorAll('link[href^="/themes/"]')) old.remove();
    await Promise.all(
      themes.map(
        ({ name, href }) =>
          new Promise((done, failed) => {
            const link = document.createElement("link");
            link.rel = "stylesheet";
            link.href = href;
            link.media = "not all";
            link.onload = () => done();
            link.onerror = () => failed(new Error(`no ${href}`));
            this.sheets.set(name, link);
            document.head.append(link);
          }),
      ),
    );
  },

  wear(theme) {
    for (const [name, link] of this.sheets) link.media = name === theme ? "all" : "not all";
    document.documentElement.dataset.theme = theme;
  },

  /** What axe says against the page: which rule where, and why. */
  async ask(rules) {
    const options = { resultTypes: ["violations"], preload: false, iframes: false };
    if (rules !== null) options.runOnly = { type: "rule", values: rules };
    else options.runOnly = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => [`${id} at ${target.join(" ")}`, failureSummary.replace(/\s+/g, " ")]),
    );
  },

  /** What stands out of a narrow page: it would have to be scrolled in two directions (WCAG 1.4.10). */
  overflow() {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth + 1) return [];
    const wide = [...document.querySelectorAll("main *, header *")].filter(
      (each) => each.getBoundingClientRect().right > root.clientWidth + 1,
    );
    return wide.slice(0, 3).map((each) => [`wider than the window: ${each.tagName.toLowerCase()}.${each.className}`, ""]);
  },
};
