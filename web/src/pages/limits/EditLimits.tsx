import { useQuery } from "@tanstack/react-query";

import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { useParam } from "@/pages/go";
import { draftOf } from "@/pages/limits/draft";
import { oneLimitsQuery } from "@/pages/limits/limit";
import { LimitsForm } from "@/pages/limits/LimitsForm";

/** Changes limits of the store. */
export default function EditLimits() {
  const name = useParam("name");
  const query = useQuery({ ...oneLimitsQuery(name), refetchOnWindowFocus: false });
  return (
    <Page
      title={`Change ${name}`}
      width="prose"
      crumbs={[
        { label: "Limits & budgets", to: "/limits" },
        { label: name, to: `/limits/${name}` },
      ]}
    >
      <Loaded query={query} what="the limits" lines={12}>
        {(limits) => <LimitsForm key={limits.name} start={draftOf(limits.name, limits.settings)} exists />}
      </Loaded>
    </Page>
  );
}
