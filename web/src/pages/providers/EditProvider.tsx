import { useQuery } from "@tanstack/react-query";

import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { useParam } from "@/pages/go";
import { draftOf, hidesSomething } from "@/pages/providers/draft";
import { ProviderForm } from "@/pages/providers/ProviderForm";
import { providerQuery } from "@/pages/providers/provider";

/** Changes a provider of the store. */
export default function EditProvider() {
  const name = useParam("name");
  const query = useQuery({ ...providerQuery(name), refetchOnWindowFocus: false });
  return (
    <Page
      title={`Change ${name}`}
      width="prose"
      crumbs={[
        { label: "Providers", to: "/providers" },
        { label: name, to: `/providers/${name}` },
      ]}
    >
      <Loaded query={query} what="the provider" lines={12}>
        {(provider) => (
          <>
            {hidesSomething(provider) && (
              <p>Values that may be secret, as of headers, are not shown. Give them again: what is left out is gone after saving.</p>
            )}
            <ProviderForm key={provider.name} start={draftOf(provider)} exists />
          </>
        )}
      </Loaded>
    </Page>
  );
}
