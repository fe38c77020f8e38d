import { Page } from "@/kit/Page";
import { NEW_ALIAS } from "@/pages/models/alias";
import { AliasForm } from "@/pages/models/AliasForm";

/** Adds an alias. */
export default function NewAlias() {
  return (
    <Page title="New alias" width="prose" crumbs={[{ label: "Models", to: "/models" }]} lead="A model of your own name, with one or more deployments behind it.">
      <AliasForm start={NEW_ALIAS} exists={false} />
    </Page>
  );
}
