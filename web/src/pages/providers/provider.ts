import { queryOptions } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** An account at an API that the gateway calls. */
export type Provider = components["schemas"]["Provider"];
/** A kind of provider and what its settings may be. */
export type ProviderKind = components["schemas"]["ProviderKind"];
/** A provider that LiteLLM translates for. */
export type LiteLLMName = components["schemas"]["LiteLLMName"];
/** What asking a provider for its models came to. */
export type ProviderTest = components["schemas"]["ProviderTest"];
/** How a deployment is doing. */
export type DeploymentHealth = components["schemas"]["DeploymentHealth"];
/** What was measured of a group of attempts. */
export type Measures = components["schemas"]["Measures"];
/** What was measured over a span, in all and over time. */
export type Analytics = components["schemas"]["Analytics"];
/** A provider to keep or to try. */
export type ProviderBody = NonNullable<
  NonNullable<import("@/api/schema").operations["put_provider"]["requestBody"]>["content"]["application/json"]
>;

/** Every provider. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => given(api.GET("/api/providers", { signal })),
});

/** One provider by its name. */
export function providerQuery(name: string) {
  return queryOptions({
    queryKey: ["providers", name],
    queryFn: ({ signal }) => given(api.GET("/api/providers/{name}", { params: { path: { name } }, signal })),
  });
}

/** What a provider can be. It is of the running version, so it does not change. */
export const kindsQuery = queryOptions({
  queryKey: ["provider kinds"],
  queryFn: ({ signal }) => given(api.GET("/api/provider-kinds", { signal })),
  staleTime: Infinity,
});

/** The names of the secrets of the store. */
export const secretsQuery = queryOptions({
  queryKey: ["secrets"],
  queryFn: ({ signal }) => given(api.GET("/api/secrets", { signal })),
});

/** What was measured of every provider in the last day. */
export const providerNumbersQuery = queryOptions({
  queryKey: ["analytics", "providers"],
  queryFn: ({ signal }) =>
    given(api.GET("/api/analytics", { params: { query: { group_by: ["provider"], since: "24h", limit: 200 } }, signal })),
  refetchInterval: 15_000,
});

/** What was measured of one provider, by its deployments, since an age such as `24h`. */
export function deploymentNumbersQuery(provider: string, since: string) {
  return queryOptions({
    queryKey: ["analytics", "provider", provider, since],
    queryFn: ({ signal }) =>
      given(
        api.GET("/api/analytics", {
          params: {
            query: {
              provider,
              group_by: ["deployment"],
              since,
              measure: ["count", "errors", "first_token_p50_ms", "first_token_p95_ms", "latency_p50_ms", "latency_p95_ms", "tokens_per_second", "cost"],
              limit: 100,
            },
          },
          signal,
        }),
      ),
    refetchInterval: 15_000,
  });
}
