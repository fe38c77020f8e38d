import type { DirectoryDropItem } from "react-aria-components/ListBox";

import { ApiError, type Problem } from "@/api/client";
import type { Proposal } from "@/pages/plugins/plugin";
import { zipped } from "@/pages/plugins/install/zip";

const DOCUMENT = /\.(json|ya?ml)$/i;
const LEFT_OUT = /(^|\/)(\.git|\.venv|node_modules|__pycache__|\.mypy_cache|\.pytest_cache|\.ruff_cache)(\/|$)|\.py[co]$/;

async function sent(path: string, body: Blob): Promise<Proposal> {
  let response: Response;
  try {
    response = await fetch(path, { method: "POST", credentials: "same-origin", body, headers: { "content-type": "application/octet-stream" } });
  } catch {
    throw new ApiError(0, null, "The gateway cannot be reached, or the file could not be read.");
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Proposal;
  const problem = answer as Problem | null;
  throw new ApiError(response.status, problem, problem?.detail ?? `The gateway answered ${response.status}.`);
}

/** Sends a bundle, or an OpenAPI document, and tells what it asks for. Throws ApiError, and Error for a file without content. */
export async function proposeFile(file: File): Promise<Proposal> {
  if (file.size === 0) throw new Error(`${file.name} is empty.`);
  if (DOCUMENT.test(file.name)) return sent("/api/plugins/proposals/openapi", file);
  return sent(`/api/plugins/proposals/bundle?source=${encodeURIComponent(file.name.slice(0, 200))}`, file);
}

/** A file of a folder; its name has slashes between folders, and does not begin with the folder's own. */
export interface InFolder {
  name: string;
  file: File;
}

/** The files of a folder that was chosen by the browser's own dialog, and its name. */
export function chosenFolder(files: readonly File[]): { root: string; found: InFolder[] } {
  const root = files[0]?.webkitRelativePath.split("/")[0] ?? "";
  return { root, found: files.map((file) => ({ name: file.webkitRelativePath.slice(root.length + 1) || file.name, file })) };
}

/** The files of a folder that was dropped; what stays out of a bundle is not even looked into. */
export async function droppedFolder(folder: DirectoryDropItem, within = ""): Promise<InFolder[]> {
  const found: InFolder[] = [];
  for await (const entry of folder.getEntries()) {
    const name = `${within}${entry.name}`;
    if (LEFT_OUT.test(name)) continue;
    if (entry.kind === "directory") found.push(...(await droppedFolder(entry, `${name}/`)));
    else found.push({ name, file: await entry.getFile() });
  }
  return found;
}

/**
 * Packs a folder, and sends it as a bundle. What belongs to tools and not to the plugin (.git, node_modules, caches)
 * stays out. Throws ApiError, and Error for a folder without a manifest.
 */
export async function proposeFolder(root: string, files: readonly InFolder[]): Promise<Proposal> {
  const found = files.filter(({ name }) => !LEFT_OUT.test(name));
  if (!found.some(({ name }) => name === "manifest.json")) {
    throw new Error(`There is no manifest.json in ${root === "" ? "the folder" : root}. Choose the folder that it lies in.`);
  }
  const entries = await Promise.all(found.map(async ({ name, file }) => ({ name, content: new Uint8Array(await file.arrayBuffer()) })));
  const bundle = zipped(entries);
  return sent(`/api/plugins/proposals/bundle?source=${encodeURIComponent(`the folder ${root}`.slice(0, 200))}`, bundle);
}
