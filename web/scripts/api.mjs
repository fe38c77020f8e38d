// Writes src/api/schema.ts from the gateway's own OpenAPI document, which a Python process of this checkout prints.
// `npm run api -- --check` changes nothing and fails when the file is of another document.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = fileURLToPath(new URL("../src/api/schema.ts", import.meta.url));
const python = process.env.PYTHON ?? `${root}.venv/bin/python`;

const text = execFileSync(python, [`${root}scripts/openapi.py`], { maxBuffer: 64 * 1024 * 1024 });
const made =
  "// Generated from /api/openapi.json by `npm run api`. Do not edit.\n\n" +
  astToString(await openapiTS(JSON.parse(text), { defaultNonNullable: false }));
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== made) {
    process.stderr.write("web/src/api/schema.ts is of an older API. Write it again: npm --prefix web run api\n");
    process.exit(1);
  }
} else {
  writeFileSync(target, made);
}
