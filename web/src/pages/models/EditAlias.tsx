import { useQuery } from "@tanstack/react-query";

import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { useParam } from "@/pages/go";
import { type AliasSettings, draftOf } from "@/pages/models/alias";
import { AliasForm } from "@/pages/models/AliasForm";
import { modelQuery, modelPath } from "@/pages/models/model";

/** Changes an alias of the store. */
export default function EditAlias() {
  const name = useParam("name");
  const query = useQuery({ ...modelQuery(name), refetchOnWindowFocus: false });
  return (
    <Page
      title={`Change ${name}`}
      width="prose"
      crumbs={[
        { label: "Models", to: "/models" },
        { label: name, to: modelPath(name) },
      ]}
    >
      <Loaded query={query} what="the alias" lines={12}>
        {(model) =>
          model.settings === null ? (
            <p>{name} is not an alias: it cannot be changed.</p>
          ) : (
            <AliasForm key={model.name} start={draftOf(model.name, model.settings as unknown as AliasSettings)} exists />
          )
        }
      </Loaded>
    </Page>
  );
}
