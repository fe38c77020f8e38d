import { Page } from "@/kit/Page";
import { NEW_PROVIDER } from "@/pages/providers/draft";
import { ProviderForm } from "@/pages/providers/ProviderForm";

/** Adds a provider. */
export default function NewProvider() {
  return (
    <Page
      title="New provider"
      width="prose"
      crumbs={[{ label: "Providers", to: "/providers" }]}
      lead="An account at an API that the gateway calls. Test it before it is kept."
    >
      <ProviderForm start={NEW_PROVIDER} exists={false} />
    </Page>
  );
}
