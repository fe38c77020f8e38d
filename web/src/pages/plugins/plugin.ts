import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";
import type { StatusProps } from "@/kit/Status";

type Schemas = components["schemas"];
export type Plugin = Schemas["Plugin"];
export type Proposal = Schemas["Proposal"];
export type Permissions = Schemas["Permissions"];
export type Limits = Schemas["Limits"];
export type Setting = Schemas["Setting"];
export type Tool = Schemas["Tool"];
export type ToolCallSum = Schemas["ToolCallSum"];

/** Every plugin that is installed; asked again by itself. */
export function usePlugins() {
  return useQuery({
    queryKey: ["plugins"],
    queryFn: () => given(api.GET("/api/plugins")),
    refetchInterval: 5_000,
  });
}

/** One plugin; asked again by itself. */
export function usePlugin(name: string) {
  return useQuery({
    queryKey: ["plugins", name],
    queryFn: () => given(api.GET("/api/plugins/{name}", { params: { path: { name } } })),
    refetchInterval: 5_000,
  });
}

/** The calls of the last day, summed up by plugin. */
export function useDayOfCalls() {
  return useQuery({
    queryKey: ["tool-calls", "summary"],
    queryFn: () => given(api.GET("/api/tool-calls/summary", { params: { query: { since: "24h" } } })),
    refetchInterval: 15_000,
  });
}

/** Publishers' keys that are trusted or revoked. */
export function usePublishers() {
  return useQuery({ queryKey: ["publishers"], queryFn: () => given(api.GET("/api/plugins/trust")), staleTime: 60_000 });
}

/** Takes what a change answered, and has everything else of plugins asked for anew. */
export function useChanged(): (plugin?: Plugin) => Promise<void> {
  const queries = useQueryClient();
  return async (plugin) => {
    if (plugin !== undefined) queries.setQueryData(["plugins", plugin.name], plugin);
    await queries.invalidateQueries({ queryKey: ["plugins"] });
  };
}

const TONES: Readonly<Record<Plugin["state"], StatusProps["tone"]>> = {
  discovered: "neutral",
  installed: "info",
  enabled: "ok",
  disabled: "neutral",
  failed: "error",
  quarantined: "warn",
};

/** How the mark of a plugin's state looks. */
export function stateTone(state: Plugin["state"]): StatusProps["tone"] {
  return TONES[state];
}

/** Whether it runs, in words. */
export function running(plugin: Plugin): string {
  if (plugin.process === null) return "not started";
  const calls = plugin.process.calls;
  return plugin.process.state === "running" && calls > 0 ? `running, ${calls} under way` : plugin.process.state;
}

/** Who stands behind a plugin: the name of a trusted key, its first digits, or nobody. */
export function publisherOf(id: string, keys: readonly Schemas["PublisherKey"][] | undefined): string {
  if (id === "") return "nobody signed it";
  const known = keys?.find((key) => key.id === id);
  if (known === undefined) return `key ${id.slice(0, 12)}, not trusted`;
  return known.state === "revoked" ? `${known.name}, revoked` : known.name;
}
