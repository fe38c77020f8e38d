import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { api, given } from "@/api/client";
import { Button } from "@/kit/Button";
import { Empty } from "@/kit/Empty";
import { Form } from "@/kit/Form";
import { Section } from "@/kit/Section";
import { useToast } from "@/kit/toasts";
import { type Plugin, useChanged } from "@/pages/plugins/plugin";
import { SettingFields } from "@/pages/plugins/SettingFields";
import { split, type Values } from "@/pages/plugins/settings";
import { may, useMe } from "@/session/me";

/** The settings of a plugin. What is typed stays when saving fails. */
export function Configuration({ plugin }: { plugin: Plugin }) {
  const [values, setValues] = useState<Values>({});
  const changed = useChanged();
  const toast = useToast();
  const change = may(useMe(), "change");
  const save = useMutation({
    mutationFn: () =>
      given(api.POST("/api/plugins/{name}/configure", { params: { path: { name: plugin.name } }, body: split(plugin.settings, values) })),
    onSuccess: async (done) => {
      setValues({});
      await changed(done);
      toast.ok("Settings saved", { description: "It was started with them, and goes on so." });
    },
  });
  if (plugin.settings.length === 0) {
    return (
      <Empty title="It has no settings" icon="settings">
        Its manifest declares none.
      </Empty>
    );
  }
  const dirty = Object.keys(values).length > 0;
  return (
    <Section title="Settings" titleHidden lead="It is started with a change before that holds; if it does not start, nothing changes.">
      <Form
        onSubmit={() => save.mutate()}
        error={save.error}
        actions={
          <>
            <Button isDisabled={!dirty} onPress={() => setValues({})}>
              Back to what holds
            </Button>
            <Button type="submit" tone="primary" isDisabled={!dirty || !change} isPending={save.isPending}>
              Save settings
            </Button>
          </>
        }
      >
        <SettingFields settings={plugin.settings} values={values} onChange={setValues} isDisabled={!change} />
        {!change && <p>Your role does not change settings: ask an administrator.</p>}
      </Form>
    </Section>
  );
}
