import { useQuery } from "@tanstack/react-query";

import { Checkbox } from "@/kit/Checkbox";
import { RadioGroup } from "@/kit/RadioGroup";
import { Select } from "@/kit/Select";
import { TextField } from "@/kit/TextField";
import { limitsQuery } from "@/pages/limits/limit";
import { choices, teamsQuery } from "@/pages/people/people";
import type { UserDraft } from "@/pages/people/userDraft";
import { isRole, ROLE_WORDS, ROLES } from "@/session/roles";

const OPTIONS = ROLES.map((role) => {
  const [label = role, description = ""] = ROLE_WORDS[role].split(": ");
  return { id: role, label, description };
});

interface UserFieldsProps {
  draft: UserDraft;
  onChange: (part: Partial<UserDraft>) => void;
  isNew: boolean;
  /** Whether roles may be given. */
  isOwner: boolean;
}

function Role({ draft, onChange, isOwner }: Omit<UserFieldsProps, "isNew">) {
  return (
    <RadioGroup
      label="Role"
      options={OPTIONS}
      value={draft.role}
      onChange={(id) => isRole(id) && onChange({ role: id })}
      isDisabled={!isOwner}
      {...(isOwner ? {} : { description: "Only an owner gives roles." })}
    />
  );
}

/** What there is to say of a user; of every other user, limits alone. */
export function UserFields({ draft, onChange, isNew, isOwner }: UserFieldsProps) {
  const limits = useQuery(limitsQuery).data?.data ?? [];
  const teams = useQuery(teamsQuery).data?.data ?? [];
  const everybody = draft.name === "*";
  return (
    <>
      {isNew && (
        <TextField
          label="Name"
          name="name"
          value={draft.name}
          onChange={(name) => onChange({ name })}
          isRequired
          autoFocus
          description="For people who sign in at your OpenID Connect server, their email address in small letters."
        />
      )}
      {!everybody && <Role draft={draft} onChange={onChange} isOwner={isOwner} />}
      {!everybody && (
        <Select
          label="Team"
          name="team"
          description="Whose limits hold for what they call from the console."
          options={choices(
            teams.map((one) => one.name),
            "No team",
          )}
          value={draft.team}
          onChange={(team) => onChange({ team })}
        />
      )}
      <Select
        label="Limits"
        name="limits"
        description="They hold for all keys and sessions of the user together."
        options={choices(
          limits.map((one) => one.name),
          "No limits",
        )}
        value={draft.limits}
        onChange={(chosen) => onChange({ limits: chosen })}
      />
      {!isNew && !everybody && (
        <Checkbox isSelected={draft.disabled} onChange={(disabled) => onChange({ disabled })}>
          Disabled: ends their sessions, and lets none of their keys in
        </Checkbox>
      )}
    </>
  );
}
