import type { Plugin } from "vite";

const ORDER = "@layer reset,tokens,theme,components,user;";

/** Begins every style sheet of the build with the order of the layers: whichever is loaded first settles it (CSS Cascade 5, section 6.4.3). */
export function layers(): Plugin {
  return {
    name: "switchgear:layers",
    apply: "build",
    enforce: "post",
    generateBundle: (_options, bundle) => {
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        const text = typeof file.source === "string" ? file.source : new TextDecoder().decode(file.source);
        if (!text.startsWith(ORDER)) file.source = ORDER + text;
      }
    },
  };
}
