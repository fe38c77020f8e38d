import { useChange } from "@/api/change";
import { api, ApiError, given } from "@/api/client";
import type { components } from "@/api/schema";
import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Section } from "@/kit/Section";
import { Status } from "@/kit/Status";
import { READ_ONLY, useRights } from "@/pages/rights";

type Report = components["schemas"]["Reload"];

/** Reads the configuration file again, and tells what that did. */
export function Reload() {
  const rights = useRights();
  const reload = useChange(() => given(api.POST("/api/config/reload")), {
    stale: ["config values", "models", "providers", "limits", "status", "log"],
  });
  return (
    <Section
      title="Reload"
      lead="Reads the configuration file again. A right one holds at once and as a whole; a wrong one changes nothing."
      actions={
        <Button icon="refresh" onPress={() => reload.mutate()} isPending={reload.isPending} isDisabled={!rights.change}>
          Reload the file
        </Button>
      }
    >
      {!rights.change && <p>{READ_ONLY}</p>}
      {reload.isError && (
        <ErrorNote title="Nothing was changed." error={reload.error}>
          <Mistakes of={reload.error} />
        </ErrorNote>
      )}
      {reload.data !== undefined && <Told of={reload.data} />}
    </Section>
  );
}

function Mistakes({ of }: { of: Error }) {
  const errors = of instanceof ApiError ? (of.problem?.errors ?? []) : [];
  return (
    <ul>
      {errors.map((one, place) => (
        <li key={`${place} ${one.field}`}>
          {one.file !== null && one.file !== undefined && (
            <code>
              {one.file}
              {one.line !== null && one.line !== undefined && `:${one.line}`}{" "}
            </code>
          )}
          <code>{one.field}</code> {one.message}
        </li>
      ))}
    </ul>
  );
}

function Told({ of }: { of: Report }) {
  return (
    <div role="status">
      <p>
        <Status tone="ok">{of.changed.length === 0 ? "Read. Nothing that is in force is different." : `In force now: ${of.changed.join(", ")}.`}</Status>
      </p>
      {of.needs_restart.length > 0 && (
        <p>
          <Status tone="warn">After a restart: {of.needs_restart.join(", ")}.</Status>
        </p>
      )}
      {of.notes.length > 0 && (
        <ul>
          {of.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
