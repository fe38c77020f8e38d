import { Facts } from "@/kit/Facts";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { Sessions } from "@/pages/account/Sessions";
import { useMe } from "@/session/me";
import { ROLE_WORDS } from "@/session/roles";

/** Who is signed in, what they may do, and where else. */
export default function Account() {
  const me = useMe();
  return (
    <Page title="Your account" lead="Who you are here, what you may do, and where you are signed in." width="prose">
      {me !== undefined && (
        <Facts
          facts={[
            { term: "User", value: me.user === "" ? "Nobody by name" : me.user },
            me.team !== "" && { term: "Team", value: me.team },
            { term: "Role", value: me.role === null ? "None: the key calls models alone" : ROLE_WORDS[me.role] },
            { term: "Calls count for", value: me.key_name },
          ]}
        />
      )}
      <Section title="Where you are signed in" lead="A session that you do not know can be ended here, at once.">
        <Sessions />
      </Section>
    </Page>
  );
}
