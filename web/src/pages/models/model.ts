import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** A model that clients can call. */
export type Model = components["schemas"]["Model"];
/** One provider's model behind a model. */
export type Deployment = components["schemas"]["Deployment"];

/** Every callable model. */
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => given(api.GET("/api/models", { signal })),
  staleTime: 30_000,
});

/** One model by its name. */
export function modelQuery(name: string) {
  return queryOptions({
    queryKey: ["models", name],
    queryFn: ({ signal }) => given(api.GET("/api/models/{name}", { params: { path: { name } }, signal })),
  });
}

/** How every deployment is doing. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => given(api.GET("/api/health", { signal })),
  refetchInterval: 5_000,
});

/** The address of a model's page; a provider's model has a slash in its name. */
export function modelPath(name: string): string {
  return `/models/${encodeURIComponent(name)}`;
}
