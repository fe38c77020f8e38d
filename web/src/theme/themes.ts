import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import type { components } from "@/api/schema";

/** A theme as the API tells it. */
export type Theme = components["schemas"]["Theme"];
/** A theme with its report card. */
export type ThemeReport = components["schemas"]["ThemeReport"];
/** Two tokens that are seen together, and how well. */
export type ThemePair = components["schemas"]["ThemePair"];

/** All themes; asked for when they are wanted. */
export function useThemes(isWanted = true) {
  return useQuery({ enabled: isWanted, queryKey: ["themes"], queryFn: () => given(api.GET("/api/themes")) });
}

/** One theme's report card. */
export function useThemeReport(name: string) {
  return useQuery({
    queryKey: ["themes", name],
    queryFn: () => given(api.GET("/api/themes/{name}", { params: { path: { name } } })),
    placeholderData: keepPreviousData, // what is read stays until the next theme was measured
  });
}
