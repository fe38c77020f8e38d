import { useQuery } from "@tanstack/react-query";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loaded } from "@/kit/Loaded";
import { RadioGroup } from "@/kit/RadioGroup";
import { Section } from "@/kit/Section";
import { READ_ONLY, useRights } from "@/pages/rights";

const LEVELS = [
  { id: "debug", label: "Debug" },
  { id: "info", label: "Info" },
  { id: "warning", label: "Warning" },
  { id: "error", label: "Error" },
] as const;
type Level = (typeof LEVELS)[number]["id"];

/** How much is logged, changed at once. */
export function LogLevel() {
  const rights = useRights();
  const query = useQuery({ queryKey: ["log"], queryFn: ({ signal }) => given(api.GET("/api/log", { signal })) });
  const set = useChange((level: Level) => given(api.PUT("/api/log", { body: { level } })), {
    stale: ["log", "status"],
    done: (told) => `Logged from ${told.level} on, in all workers.`,
  });
  return (
    <Section title="Log" lead="The least severity that is logged. A change holds at once, until the next start or reload.">
      {set.isError && <ErrorNote title="The level could not be changed." error={set.error} />}
      <Loaded query={query} what="the log level" lines={1}>
        {({ level }) => (
          <RadioGroup
            label="Level"
            look="segments"
            options={LEVELS}
            value={level}
            onChange={(chosen) => set.mutate(chosen as Level)}
            isDisabled={!rights.change || set.isPending}
            {...(rights.change ? {} : { description: READ_ONLY })}
          />
        )}
      </Loaded>
    </Section>
  );
}
