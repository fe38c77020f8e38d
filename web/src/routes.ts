import type { ComponentType } from "react";

import type { IconName } from "@/kit/glyphs";
import { useWaiting } from "@/pages/approvals/approval";
import type { Right } from "@/session/me";

/** One page of the console: the address, its name in the navigation, and who may open it. */
export interface PageRoute {
  path: string;
  title: string;
  /** The navigation's part that it stands in; `null` for pages that are reached otherwise. */
  group: "Work" | "Watch" | "Set up" | "Govern" | null;
  icon: IconName;
  right: Right;
  /** It stands alone, without the shell around it: the sign-in. */
  bare?: true;
  /** The letter that opens it after `g`. */
  go?: string;
  /** A hook: how much there waits for somebody, shown behind its name. */
  useCount?: () => number | undefined;
  load: () => Promise<{ default: ComponentType }>;
}

/** Every page, in the order of the navigation. */
export const ROUTES: readonly PageRoute[] = [
  {
    path: "/chat",
    title: "Chat",
    group: "Work",
    icon: "chat",
    right: "call",
    go: "c",
    load: () => import("@/pages/chat/Chat"),
  },
  {
    path: "/chat/$id",
    title: "Chat",
    group: null,
    icon: "chat",
    right: "call",
    load: () => import("@/pages/chat/Chat"),
  },
  {
    path: "/",
    title: "Overview",
    group: "Watch",
    icon: "overview",
    right: "read",
    go: "o",
    load: () => import("@/pages/overview/Overview"),
  },
  {
    path: "/settings/appearance",
    title: "Appearance",
    group: null,
    icon: "theme",
    right: "read",
    load: () => import("@/pages/settings/appearance/AppearancePage"),
  },
  {
    path: "/usage",
    title: "Usage",
    group: "Watch",
    icon: "chart",
    right: "read",
    go: "u",
    load: () => import("@/pages/usage/Usage"),
  },
  {
    path: "/calls",
    title: "Calls",
    group: "Watch",
    icon: "calls",
    right: "read",
    go: "l",
    load: () => import("@/pages/calls/Calls"),
  },
  { path: "/calls/$id", title: "Call", group: null, icon: "calls", right: "read", load: () => import("@/pages/call/Call") },
  {
    path: "/errors",
    title: "Errors",
    group: "Watch",
    icon: "errors",
    right: "read",
    go: "e",
    load: () => import("@/pages/errors/Errors"),
  },
  { path: "/kit", title: "Kit", group: null, icon: "layout", right: "read", load: () => import("@/pages/kit/Kit") },
  { path: "/account", title: "Your account", group: null, icon: "user", right: "read", load: () => import("@/pages/account/Account") },
  {
    path: "/sign-in",
    title: "Sign in",
    group: null,
    icon: "lock",
    right: "read",
    bare: true,
    load: () => import("@/pages/sign-in/SignInPage"),
  },
  { path: "/developer", title: "Developer", group: "Work", icon: "developer", right: "read", go: "d", load: () => import("@/pages/developer/Developer") },
  { path: "/models", title: "Models", group: "Set up", icon: "models", right: "read", go: "m", load: () => import("@/pages/models/Models") },
  { path: "/models/new", title: "New alias", group: null, icon: "models", right: "change", load: () => import("@/pages/models/NewAlias") },
  { path: "/models/$name/edit", title: "Change an alias", group: null, icon: "models", right: "change", load: () => import("@/pages/models/EditAlias") },
  { path: "/models/$name", title: "Model", group: null, icon: "models", right: "read", load: () => import("@/pages/models/OneModel") },
  { path: "/providers", title: "Providers", group: "Set up", icon: "providers", right: "read", go: "p", load: () => import("@/pages/providers/Providers") },
  { path: "/providers/new", title: "New provider", group: null, icon: "providers", right: "change", load: () => import("@/pages/providers/NewProvider") },
  { path: "/providers/$name", title: "Provider", group: null, icon: "providers", right: "read", load: () => import("@/pages/providers/OneProvider") },
  { path: "/providers/$name/edit", title: "Change a provider", group: null, icon: "providers", right: "change", load: () => import("@/pages/providers/EditProvider") },
  { path: "/keys", title: "Keys", group: "Set up", icon: "keys", right: "read", go: "k", load: () => import("@/pages/keys/Keys") },
  { path: "/keys/new", title: "New key", group: null, icon: "keys", right: "own", load: () => import("@/pages/keys/NewKey") },
  { path: "/keys/$id", title: "Key", group: null, icon: "keys", right: "read", load: () => import("@/pages/keys/OneKey") },
  { path: "/keys/$id/edit", title: "Change a key", group: null, icon: "keys", right: "own", load: () => import("@/pages/keys/EditKey") },
  { path: "/limits", title: "Limits & budgets", group: "Set up", icon: "limits", right: "read", go: "t", load: () => import("@/pages/limits/Limits") },
  { path: "/limits/new", title: "New limits", group: null, icon: "limits", right: "change", load: () => import("@/pages/limits/NewLimits") },
  { path: "/limits/$name", title: "Limits", group: null, icon: "limits", right: "read", load: () => import("@/pages/limits/OneLimits") },
  { path: "/limits/$name/edit", title: "Change limits", group: null, icon: "limits", right: "change", load: () => import("@/pages/limits/EditLimits") },
  { path: "/cache", title: "Cache", group: "Set up", icon: "cache", right: "read", go: "h", load: () => import("@/pages/cache/Cache") },
  { path: "/batches", title: "Batches", group: "Set up", icon: "batches", right: "read", go: "b", load: () => import("@/pages/batches/Batches") },
  { path: "/batches/$id", title: "Batch", group: null, icon: "batches", right: "read", load: () => import("@/pages/batches/OneBatch") },
  { path: "/secrets", title: "Secrets", group: "Set up", icon: "secrets", right: "read", go: "x", load: () => import("@/pages/secrets/Secrets") },
  { path: "/people", title: "People", group: "Govern", icon: "people", right: "read", go: "w", load: () => import("@/pages/people/People") },
  { path: "/audit", title: "Audit log", group: "Govern", icon: "audit", right: "read", go: "j", load: () => import("@/pages/audit/Audit") },
  { path: "/settings", title: "Settings", group: "Govern", icon: "settings", right: "read", go: "s", load: () => import("@/pages/settings/Settings") },
  {
    path: "/tool-calls",
    title: "Tool calls",
    group: "Watch",
    icon: "tool",
    right: "read",
    load: () => import("@/pages/tool-calls/ToolCalls"),
  },
  {
    path: "/plugins",
    title: "Plugins",
    group: "Set up",
    icon: "plugins",
    right: "read",
    go: "i",
    load: () => import("@/pages/plugins/Plugins"),
  },
  {
    path: "/plugins/install",
    title: "Install a plugin",
    group: null,
    icon: "plugins",
    right: "change",
    load: () => import("@/pages/plugins/install/Install"),
  },
  {
    path: "/plugins/trust",
    title: "Publishers",
    group: null,
    icon: "plugins",
    right: "read",
    load: () => import("@/pages/publishers/Publishers"),
  },
  {
    path: "/plugins/$name",
    title: "Plugin",
    group: null,
    icon: "plugins",
    right: "read",
    load: () => import("@/pages/plugins/one/OnePlugin"),
  },
  {
    path: "/approvals",
    title: "Approvals",
    group: "Set up",
    icon: "approvals",
    right: "read",
    go: "a",
    useCount: useWaiting,
    load: () => import("@/pages/approvals/Approvals"),
  },
];
