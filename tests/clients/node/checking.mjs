// What the scripts here share: each check is run with each model, each result is a line of JSON.
//
// A script is run as `script.mjs ROOT KEY MODEL…`, where ROOT is the gateway without /v1. Which checks there are is read from
// its source (`check("name", [kinds to leave out], …` at the beginning of a line) by the tests. A model is named
// gpt-5-behind-KIND.
import zlib from "node:zlib";
import assert from "node:assert/strict";

export const [root, key, ...models] = process.argv.slice(2);
export const equal = assert.deepEqual;

const checks = [];

/** Add a check, left out for the kinds whose API has no words for it. It is given the model's name, and fails by throwing. */
export function check(name, notBehind, run) {
  checks.push({ name, notBehind, run });
}

/** Run every check with every model of the command line. */
export async function run() {
  for (const model of models)
    for (const { name, notBehind, run } of checks) {
      if (notBehind.includes(model.split("-").at(-1))) continue;
      const began = performance.now();
      let problem = "";
      try {
        await run(model);
      } catch (error) {
        problem = `${error.stack}\n${error.responseBody ?? ""}${error.cause ? `\n${error.cause.stack}` : ""}`;
      }
      console.log(JSON.stringify({ model, check: name, problem, seconds: (performance.now() - began) / 1000 }));
    }
}

/** A red picture of 4 by 4, as a PNG. */
export function png() {
  const word = (number) => {
    const raw = Buffer.alloc(4);
    raw.writeUInt32BE(number);
    return raw;
  };
  const part = (name, data) => {
    const named = Buffer.concat([Buffer.from(name), data]);
    return Buffer.concat([word(data.length), named, word(zlib.crc32(named))]);
  };
  const pixels = Buffer.concat(Array(4).fill(Buffer.from([0, ...Array(4).fill([255, 0, 0]).flat()])));
  const head = Buffer.concat([word(4), word(4), Buffer.from([8, 2, 0, 0, 0])]);
  const parts = [part("IHDR", head), part("IDAT", zlib.deflateSync(pixels)), part("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), ...parts]);
}
