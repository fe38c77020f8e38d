import { type ReactNode, useState } from "react";

import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Checkbox } from "@/kit/Checkbox";
import { Facts } from "@/kit/Facts";
import { Form } from "@/kit/Form";
import { Section } from "@/kit/Section";
import { TextField } from "@/kit/TextField";
import { api, given } from "@/api/client";
import { GrantFields } from "@/pages/plugins/GrantFields";
import { grantOf } from "@/pages/plugins/grants";
import { Choose, choiceOf, whyNot } from "@/pages/plugins/install/Operations";
import { Progress } from "@/pages/plugins/install/Progress";
import { useInstallation, type Wishes } from "@/pages/plugins/install/useInstallation";
import { LimitFields } from "@/pages/plugins/LimitFields";
import { Plain } from "@/pages/plugins/Plain";
import { plain } from "@/pages/plugins/plain";
import type { Proposal, Setting } from "@/pages/plugins/plugin";
import { SettingFields } from "@/pages/plugins/SettingFields";
import { split, type Values } from "@/pages/plugins/settings";
import { may, useMe } from "@/session/me";

const KINDS = { bundle: "a bundle that runs here, in a sandbox", remote: "a server that runs elsewhere", openapi: "an API, called by the gateway" } as const;

const FLAGS: Readonly<Record<Proposal["flags"][number], string>> = {
  unsigned: "Nobody I trust signed it. Install it all the same, this once.",
  downgrade: "It is older than what is installed, or has other content under the same version. Install it all the same, this once.",
  new_publisher: "It comes from somebody else than what is installed. Install it all the same, this once.",
};

/** Settings that the choice of operations stands for. */
const NAMED = new Set(["operations", "without_operations"]);
const COMMON = new Set(["base_url", "server_variables"]);

/** Settings of an API that few fill in. */
function rare({ name, sensitive }: Setting): boolean {
  return !sensitive && !COMMON.has(name);
}

/** What a plugin asks for, in words, and a person's answer to it: all of it, a part of it, or none. */
export function Consent({ proposal, onDropped }: { proposal: Proposal; onDropped: () => void }) {
  const [grant, setGrant] = useState(() => grantOf(proposal.granted));
  const [limits, setLimits] = useState(proposal.limits);
  const [values, setValues] = useState<Values>({});
  const [headers, setHeaders] = useState<Readonly<Record<string, string>>>({});
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState<readonly string[]>([]);
  const installation = useInstallation(proposal.id);
  const change = may(useMe(), "change");
  const upgrade = proposal.current !== "";
  const choosable = Object.keys(proposal.operations).length > 0;
  const wrong = whyNot(proposal.operations, without);
  const unsaid = proposal.flags.filter((flag) => !said.includes(flag));

  if (installation.state !== "idle") {
    return <Progress installation={installation} name={proposal.name} onBack={installation.forget} />;
  }
  const install = (): void => {
    const typed = split(proposal.settings, values);
    const filled = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
    const wishes: Wishes = {
      permissions: grant,
      limits,
      settings: { ...typed.settings, ...choiceOf(proposal.operations, without) },
      secrets: { ...typed.secrets, ...filled },
      unsigned: said.includes("unsigned"),
      downgrade: said.includes("downgrade"),
      new_publisher: said.includes("new_publisher"),
    };
    void installation.start(wishes);
  };
  const drop = async (): Promise<void> => {
    await given(api.DELETE("/api/plugins/proposals/{proposal_id}", { params: { path: { proposal_id: proposal.id } } })).catch(() => null);
    onDropped(); // it is forgotten within an hour by itself
  };
  return (
    <Form
      onSubmit={install}
      actions={
        <>
          <Button onPress={() => void drop()}>Do not install it</Button>
          <Button type="submit" tone="primary" isDisabled={!change || unsaid.length > 0 || wrong !== ""}>
            {upgrade ? `Upgrade to ${plain(proposal.version, 40)}` : "Install it"}
          </Button>
        </>
      }
    >
      <Who proposal={proposal} />
      {choosable && <Choose operations={proposal.operations} without={without} onChange={setWithout} />}
      <Asked proposal={proposal}>
        <GrantFields asked={proposal.asked} grant={grant} onChange={setGrant} />
        <details className="plugins__more">
          <summary>What it may use of the machine</summary>
          <LimitFields limits={limits} onChange={setLimits} />
        </details>
      </Asked>
      {proposal.settings.length > 0 && (
        <Section title="Settings">
          <SettingFields settings={proposal.settings.filter((each) => !choosable || !rare(each))} values={values} onChange={setValues} />
          {choosable && (
            <details className="plugins__more">
              <summary>Choose by tag, method or path, and name tools otherwise</summary>
              <SettingFields
                settings={proposal.settings.filter((each) => rare(each) && !NAMED.has(each.name))}
                values={values}
                onChange={setValues}
              />
            </details>
          )}
        </Section>
      )}
      {proposal.headers.length > 0 && (
        <Section title="What its server wants to be sent" lead="HTTP fields, kept encrypted and sent to it alone.">
          {proposal.headers.map((header) => (
            <TextField
              key={header}
              label={plain(header)}
              type="password"
              autoComplete="off"
              mono
              value={headers[header] ?? ""}
              onChange={(value) => setHeaders({ ...headers, [header]: value })}
            />
          ))}
        </Section>
      )}
      {proposal.flags.length > 0 && (
        <Section title="What has to be said" lead={plain(proposal.trust, 400)}>
          {proposal.flags.map((flag) => (
            <Checkbox
              key={flag}
              isSelected={said.includes(flag)}
              onChange={(yes) => setSaid(yes ? [...said, flag] : said.filter((each) => each !== flag))}
            >
              {FLAGS[flag]}
            </Checkbox>
          ))}
        </Section>
      )}
      {!change && <p>Your role does not install plugins: ask an administrator.</p>}
      {wrong !== "" && <p className="plugins__note">{wrong}</p>}
      {unsaid.length > 0 && change && <p className="plugins__note">It can be installed once what has to be said is said.</p>}
    </Form>
  );
}

function Who({ proposal }: { proposal: Proposal }) {
  const needs = Object.entries(proposal.needs);
  return (
    <Section title="What it is" lead={proposal.description === "" ? undefined : <Plain text={proposal.description} most={600} />}>
      <Facts
        facts={[
          { term: "Name", value: <span className="num">{plain(proposal.name)}</span> },
          {
            term: "Version",
            value: (
              <>
                <span className="num">{plain(proposal.version, 60)}</span>
                {proposal.current !== "" && <> in the place of {plain(proposal.current, 60)}</>}
              </>
            ),
          },
          { term: "Is", value: KINDS[proposal.kind] },
          { term: "Comes from", value: <Plain text={proposal.source} most={300} /> },
          { term: "Signed", value: plain(proposal.trust, 400) },
          proposal.tools.length > 0 && { term: "Offers", value: proposal.tools.slice(0, 40).map((tool) => plain(tool, 80)).join(", ") },
          needs.length > 0 && { term: "Needs", value: needs.map(([name, version]) => `${plain(name)} ${plain(version, 40)}`).join(", ") },
          proposal.signs_in && { term: "Sign-in", value: "Somebody has to sign in to it once it is installed." },
        ]}
      />
    </Section>
  );
}

function Asked({ proposal, children }: { proposal: Proposal; children: ReactNode }) {
  return (
    <Section title="What it asks for" lead="Grant all of it, or take away what it should do without. It can be changed at any time.">
      {proposal.current !== "" && (
        <p>
          {proposal.more.length === 0 ? (
            "Nothing that was not granted to the version that is installed."
          ) : (
            <>
              <Badge tone="warn">New in this version</Badge> {proposal.more.map((each) => plain(each, 300)).join(" ")}
            </>
          )}
        </p>
      )}
      {children}
      {proposal.withheld.length > 0 && (
        <p className="plugins__note">The operator’s policy does not let it have: {proposal.withheld.map((each) => plain(each, 300)).join(" ")}</p>
      )}
    </Section>
  );
}
