import "@/pages/plugins/plugins.css";

import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";

import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { Tabs } from "@/kit/Tabs";
import { Actions } from "@/pages/plugins/one/Actions";
import { Overview } from "@/pages/plugins/one/Overview";
import { plain } from "@/pages/plugins/plain";
import { type Plugin, usePlugin } from "@/pages/plugins/plugin";

// a tab each: what is not looked at is not loaded
const Configuration = lazy(() => import("@/pages/plugins/one/Configuration").then((found) => ({ default: found.Configuration })));
const Granted = lazy(() => import("@/pages/plugins/one/Granted").then((found) => ({ default: found.Granted })));
const Log = lazy(() => import("@/pages/plugins/one/Log").then((found) => ({ default: found.Log })));
const Review = lazy(() => import("@/pages/plugins/one/Review").then((found) => ({ default: found.Review })));
const Tools = lazy(() => import("@/pages/plugins/one/Tools").then((found) => ({ default: found.Tools })));
const TrafficInspector = lazy(() => import("@/pages/plugins/one/TrafficInspector").then((found) => ({ default: found.TrafficInspector })));
const Versions = lazy(() => import("@/pages/plugins/one/Versions").then((found) => ({ default: found.Versions })));

const TABS: readonly { id: string; label: string; count?: (plugin: Plugin) => number; content: (plugin: Plugin) => ReactNode }[] = [
  { id: "overview", label: "Overview", content: (plugin) => <Overview plugin={plugin} /> },
  { id: "tools", label: "Tools", count: (plugin) => plugin.tools, content: (plugin) => <Tools plugin={plugin} /> },
  { id: "permissions", label: "Permissions", content: (plugin) => <Granted key={plugin.digest} plugin={plugin} /> },
  { id: "configuration", label: "Configuration", content: (plugin) => <Configuration key={plugin.digest} plugin={plugin} /> },
  { id: "versions", label: "Versions", content: (plugin) => <Versions plugin={plugin} /> },
  { id: "review", label: "Review", content: (plugin) => <Review plugin={plugin} /> },
  { id: "log", label: "Log", content: (plugin) => <Log name={plugin.name} /> },
  { id: "traffic", label: "Traffic", content: (plugin) => <TrafficInspector name={plugin.name} /> },
];

/** One plugin: everything about it, a tab each. The tab is in the address. */
export default function OnePlugin() {
  const { name = "" }: { name?: string } = useParams({ strict: false });
  const search: { tab?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const found = usePlugin(name);
  const plugin = found.data;
  const tab = TABS.some(({ id }) => id === search.tab) ? (search.tab ?? "overview") : "overview";
  return (
    <Page
      title={plain(name, 80)}
      crumbs={[{ label: "Plugins", to: "/plugins" }]}
      {...(plugin !== undefined && plugin.description !== "" ? { lead: plain(plugin.description, 300) } : {})}
      {...(plugin === undefined ? {} : { actions: <Actions plugin={plugin} /> })}
    >
      {found.isPending && <Loading label="Loading the plugin" lines={10} />}
      {found.isError && <ErrorNote error={found.error} title="The plugin could not be loaded." onRetry={() => void found.refetch()} />}
      {plugin !== undefined && (
        <Tabs
          label="About this plugin"
          selected={tab}
          onChange={(id) => void navigate({ to: ".", search: { tab: id } as never, replace: true })}
          items={TABS.map(({ id, label, count, content }) => ({
            id,
            label,
            content: <Suspense fallback={<Loading label={`Loading ${label}`} lines={8} />}>{content(plugin)}</Suspense>,
            ...(count === undefined ? {} : { count: count(plugin) }),
          }))}
        />
      )}
    </Page>
  );
}
