import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/client";

/** Whether asking again may help: not after what the caller caused, and at most twice. */
function again(failures: number, error: Error): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

/** The cache of everything that was asked of the API. */
export const queries = new QueryClient({
  defaultOptions: {
    // whatever the browser thinks of the network: the gateway may be on this machine, and who waits is told why
    queries: { retry: again, staleTime: 5_000, refetchOnWindowFocus: true, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
