import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/kit/Button";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Tabs } from "@/kit/Tabs";
import { InviteDialog } from "@/pages/people/InviteDialog";
import { teamsQuery, usersQuery } from "@/pages/people/people";
import { SignedIn } from "@/pages/people/SignedIn";
import { TeamDialog } from "@/pages/people/TeamDialog";
import { Teams } from "@/pages/people/Teams";
import { UserDialog } from "@/pages/people/UserDialog";
import { Users } from "@/pages/people/Users";
import { READ_ONLY, useRights } from "@/pages/rights";
import { may, useMe } from "@/session/me";

type Opened = { what: "user" | "team" | "invite"; name: string } | null;

/** Who has keys and who signs in: users and teams, their roles and their limits. */
export default function People() {
  const rights = useRights();
  const owner = may(useMe(), "owner");
  const users = useQuery(usersQuery);
  const teams = useQuery(teamsQuery);
  const [tab, setTab] = useState("users");
  const [opened, setOpened] = useState<Opened>(null);
  const close = (): void => setOpened(null);
  const add = rights.change && tab !== "sessions" && (
    <Button tone="primary" icon="add" onPress={() => setOpened({ what: tab === "users" ? "user" : "team", name: "" })}>
      {tab === "users" ? "Add a user" : "Add a team"}
    </Button>
  );
  const user = users.data?.data.find((one) => one.name === opened?.name);
  const team = teams.data?.data.find((one) => one.name === opened?.name);
  return (
    <Page title="People" lead="Users have keys and sign in, teams hold keys together. Limits hold for all keys and sessions of one together." actions={add}>
      {!rights.change && <p>{READ_ONLY}</p>}
      <Tabs
        label="People"
        selected={tab}
        onChange={setTab}
        items={[
          {
            id: "users",
            label: "Users",
            content: (
              <Loaded query={users} what="the users">
                {({ data }) => (
                  <Users
                    users={data}
                    add={add}
                    canChange={rights.change}
                    isOwner={owner}
                    onOpen={(name) => setOpened({ what: "user", name })}
                    onInvite={(name) => setOpened({ what: "invite", name })}
                  />
                )}
              </Loaded>
            ),
          },
          {
            id: "teams",
            label: "Teams",
            content: (
              <Loaded query={teams} what="the teams">
                {({ data }) => (
                  <Teams teams={data} add={add} canChange={rights.change} onOpen={(name) => setOpened({ what: "team", name })} />
                )}
              </Loaded>
            ),
          },
          ...(rights.change ? [{ id: "sessions", label: "Signed in", content: <SignedIn isOwner={owner} /> }] : []),
        ]}
      />
      {opened?.what === "user" && <UserDialog user={user} isOwner={owner} onClose={close} />}
      {opened?.what === "team" && <TeamDialog team={team} onClose={close} />}
      {opened?.what === "invite" && <InviteDialog user={opened.name} onClose={close} />}
    </Page>
  );
}
