import type { LanguageFn } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

import type { Token } from "@/kit/code/lines";

const languages: Record<string, LanguageFn> = {
  bash, c, cpp, csharp, css, diff, dockerfile, go, http, ini, java, javascript, json, markdown, php, python, ruby, rust, shell, sql,
  typescript, xml, yaml,
};
const lowlight = createLowlight(languages);

/** What the highlighter's scopes are among the roles that a theme has colours for. */
const ROLES: Record<string, string> = {
  comment: "comment", quote: "comment", meta: "comment",
  keyword: "keyword", literal: "keyword", "selector-tag": "keyword", name: "keyword", section: "keyword", operator: "keyword",
  string: "string", regexp: "string", char: "string", link: "string", code: "string",
  number: "number", symbol: "number", bullet: "number",
  title: "function", built_in: "function", attr: "function", attribute: "function", property: "function",
  type: "type", class: "type", variable: "type", params: "type", "template-variable": "type", "selector-class": "type", "selector-id": "type",
  punctuation: "punctuation", tag: "punctuation",
  addition: "added", deletion: "removed",
};

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: Node[];
}

function roleOf(node: Node): string | undefined {
  const names: unknown = node.properties?.className;
  if (!Array.isArray(names)) return undefined;
  const scopes = names.map((name) => String(name).replace(/^hljs-/, "").replace(/_$/, ""));
  if (scopes.includes("class")) return "type";
  return scopes.map((scope) => ROLES[scope]).find((role) => role !== undefined);
}

function* flat(node: Node, role: string | null): Generator<Token> {
  if (node.value !== undefined) yield { text: node.value, role };
  const mine = roleOf(node) ?? role;
  for (const child of node.children ?? []) yield* flat(child, mine);
}

/** Code in pieces, each with the role that its colour is for; `null` for a language that is not known. */
export function highlight(code: string, language: string): Token[] | null {
  if (!lowlight.registered(language)) return null;
  return [...flat(lowlight.highlight(language, code), null)];
}
