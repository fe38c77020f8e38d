import { fileURLToPath } from "node:url";

import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { brotli } from "./brotli.ts";
import { layers } from "./layers.ts";

const GATEWAY = process.env["SWITCHGEAR_URL"] ?? "http://127.0.0.1:4100";
const SITE = "../src/switchgear/console/site";

export default defineConfig({
  // English only: React Aria brings the words of thirty languages
  plugins: [react(), { ...optimizeLocales.vite({ locales: ["en-US"] }), enforce: "pre" }, layers(), brotli()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: SITE,
    emptyOutDir: true,
    sourcemap: false,
    // what every page needs is one file: twenty that are compressed each by itself weigh a twentieth more
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "console", tags: ["$initial"] }] } } },
    manifest: true, // what scripts/console_sizes.py weighs by
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // light-dark() and nesting stay as they are written
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    host: "127.0.0.1", // as the gateway: the session's cookie is for both
    proxy: Object.fromEntries(
      ["/api", "/v1", "/themes", "/mcp", "/oauth", "/healthz"].map((path) => [path, { target: GATEWAY, changeOrigin: false }]),
    ),
  },
});
