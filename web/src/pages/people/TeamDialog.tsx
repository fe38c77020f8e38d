import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useChange } from "@/api/change";
import { api, given } from "@/api/client";
import { Dialog } from "@/kit/Dialog";
import { Form } from "@/kit/Form";
import { Select } from "@/kit/Select";
import { TextField } from "@/kit/TextField";
import { limitsQuery } from "@/pages/limits/limit";
import { Foot } from "@/pages/people/Foot";
import { choices, NONE, type Team } from "@/pages/people/people";

interface TeamDialogProps {
  /** The team that is changed; none for a new one. */
  team: Team | undefined;
  onClose: () => void;
}

/** Defines a team, or changes its limits. */
export function TeamDialog({ team, onClose }: TeamDialogProps) {
  const limits = useQuery(limitsQuery);
  const [name, setName] = useState(team?.name ?? "");
  const [limit, setLimit] = useState(team?.limits ?? NONE);
  const put = useChange(
    () => given(api.PUT("/api/teams/{name}", { params: { path: { name } }, body: { limits: limit === NONE ? null : limit } })),
    { stale: ["teams", "standing", "audit"], done: () => `The team ${name} is saved.`, onDone: onClose },
  );
  const named = limits.data?.data.map((one) => one.name) ?? [];
  return (
    <Dialog title={team === undefined ? "Add a team" : `Change the team ${team.name}`} isOpen onOpenChange={(open) => !open && onClose()} size="sm">
      <Form onSubmit={() => put.mutate()} error={put.error} actions={<Foot isPending={put.isPending} onClose={onClose} />}>
        {team === undefined && <TextField label="Name" name="name" value={name} onChange={setName} isRequired autoFocus />}
        <Select
          label="Limits"
          name="limits"
          description="They hold for all keys of the team together."
          options={choices(named, "No limits")}
          value={limit}
          onChange={setLimit}
        />
      </Form>
    </Dialog>
  );
}
