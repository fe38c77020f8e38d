import type { Middleware } from "openapi-fetch";

import { api } from "@/api/client";
import { checkConnection, checkSession } from "@/session/me";

const watch: Middleware = {
  onResponse({ request, response }) {
    const path = new URL(request.url).pathname;
    const asks = path === "/api/me" || path.startsWith("/api/sign-in");
    if (response.status === 401 && !asks) checkSession();
  },
  onError: () => checkConnection(),
};

/** Has every refused call of the API ask whether the session goes on, and every one without an answer whether the gateway is there. */
export function watchSession(): () => void {
  api.use(watch);
  return () => api.eject(watch);
}
