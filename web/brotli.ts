import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import type { Plugin } from "vite";

const COMPRESSED = /\.(?:js|css|svg|json|txt)$/;
/** Below this a smaller copy saves no packet. */
const SMALLEST = 512;

/** Writes a `.br` copy beside each text file of the build; the gateway sends it to whoever takes it. */
export function brotli(): Plugin {
  let folder = "";
  return {
    name: "switchgear:brotli",
    apply: "build",
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle: () => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const whole = readFileSync(path);
        if (whole.length < SMALLEST) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
        writeFileSync(`${path}.br`, brotliCompressSync(whole, { params }));
      }
    },
  };
}
