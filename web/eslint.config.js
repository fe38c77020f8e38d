import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["src/api/schema.ts"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", 400],
      complexity: ["error", 15],
      "no-console": "error",
      // a promise of a click is dealt with where it is made
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Only kit/Markdown sets HTML, and sanitises it first.",
        },
      ],
      "no-restricted-imports": [
        "error",
        { paths: ["@/kit", "@/kit/index"].map((name) => ({ name, message: "Import the component's own file: a whole set costs every page its weight." })) },
      ],
    },
  },
  { files: ["vite.config.ts", "brotli.ts", "layers.ts"], ...tseslint.configs.disableTypeChecked },
);
