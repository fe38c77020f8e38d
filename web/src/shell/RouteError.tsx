import { useQueryClient } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";

import { ErrorNote } from "@/kit/ErrorNote";
import { Page } from "@/kit/Page";
import { PageNotLoaded } from "@/upgrade/pages";
import { useNewest } from "@/upgrade/useNewest";

/** What stands in a page's place when the page itself broke: the rest of the console goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const client = useQueryClient();
  useNewest(error);
  const again = (): void => {
    client.removeQueries({ type: "inactive" }); // what the page broke on may have been an answer: it is asked for again
    reset();
    void router.invalidate();
  };
  if (error instanceof PageNotLoaded) {
    return (
      <Page title="This page could not be loaded" width="prose">
        <ErrorNote error={error} onRetry={again} />
      </Page>
    );
  }
  return (
    <Page title="This page does not work" width="prose">
      <ErrorNote error={error} title="Something in the page broke. Nothing was changed at the gateway." onRetry={again} />
    </Page>
  );
}
