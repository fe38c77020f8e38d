// Writes src/styles/fonts.css: the faces of IBM Plex that the console uses, one file a script of writing, so that a
// reader loads the letters that a page has. `npm run fonts`, after a change of the packages or of the lists below.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic", "cyrillic-ext"];
const FACES = [
  ["@fontsource/ibm-plex-sans", ["400", "500", "600", "400-italic"]],
  ["@fontsource/ibm-plex-mono", ["400", "600"]],
];

// What stands in until a face has come. Metrics of Plex over those of Arial (and Liberation Sans, which has the same)
// and of Courier New: the average letter by its frequency in English, and the height of a line, so that nothing moves.
const FALLBACKS = `@font-face {
  font-family: "IBM Plex Sans Fallback";
  font-weight: 100 500;
  src: local("Arial"), local("ArialMT"), local("Liberation Sans"), local("Helvetica");
  size-adjust: 101.57%;
  ascent-override: 100.91%;
  descent-override: 27.07%;
  line-gap-override: 0%;
}
@font-face {
  font-family: "IBM Plex Sans Fallback";
  font-weight: 501 900;
  src: local("Arial Bold"), local("Arial-BoldMT"), local("Liberation Sans Bold"), local("Helvetica Bold");
  size-adjust: 97.14%;
  ascent-override: 105.52%;
  descent-override: 28.31%;
  line-gap-override: 0%;
}
@font-face {
  font-family: "IBM Plex Mono Fallback";
  src: local("Courier New"), local("CourierNewPSMT"), local("Liberation Mono");
  size-adjust: 99.98%;
  ascent-override: 102.52%;
  descent-override: 27.5%;
  line-gap-override: 0%;
}
`;

function faces(name, style) {
  const css = readFileSync(require.resolve(`${name}/${style}.css`), "utf8");
  return css
    .split(/(?=\/\* ibm-plex)/)
    .filter((face) => SUBSETS.some((subset) => new RegExp(`^/\\* ibm-plex-\\w+-${subset}-\\d`).test(face)))
    .map((face) =>
      face
        .replace(/^\/\*.*\*\/\s*/, "")
        .replace(/url\(\.\/(\S+?\.woff2)\)/, `url("${name}/$1")`)
        .replace(/, url\(\S+\.woff\) format\('woff'\)/, "")
        .replaceAll("'", '"')
        .trim(),
    );
}

const all = FACES.flatMap(([name, styles]) => styles.flatMap((style) => faces(name, style)));
const target = fileURLToPath(new URL("../src/styles/fonts.css", import.meta.url));
writeFileSync(target, `/* Written by \`npm run fonts\`. Do not edit. */\n${all.join("\n")}\n${FALLBACKS}`);
