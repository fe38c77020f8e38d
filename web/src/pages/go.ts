import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback } from "react";

/** How to go elsewhere: to a page, or to the same with other filters in its address. */
export type Go = (to: string, search?: Readonly<Record<string, unknown>>, replace?: boolean) => void;

/** Leads to another page of the console. Filters that are empty are left out of the address. */
export function useGo(): Go {
  const navigate = useNavigate();
  return useCallback(
    (to, search = {}, replace = false) => {
      const said = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ""));
      void navigate({ to, search: said as never, replace });
    },
    [navigate],
  );
}

/** A part of the page's address by its name, such as `id` of `/keys/$id`; empty when the page has none. */
export function useParam(name: string): string {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  return params[name] ?? "";
}
