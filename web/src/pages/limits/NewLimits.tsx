import { Page } from "@/kit/Page";
import { draftOf } from "@/pages/limits/draft";
import { LimitsForm } from "@/pages/limits/LimitsForm";

/** Makes limits. */
export default function NewLimits() {
  return (
    <Page title="New limits" width="prose" crumbs={[{ label: "Limits & budgets", to: "/limits" }]} lead="What is left empty is not limited.">
      <LimitsForm start={draftOf("")} exists={false} />
    </Page>
  );
}
