import { useQuery } from "@tanstack/react-query";

import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Section } from "@/kit/Section";
import { useGo } from "@/pages/go";
import { type Limits, limitsQuery, standingQuery } from "@/pages/limits/limit";
import { Standings } from "@/pages/limits/Standings";
import { limitWords } from "@/pages/limits/words";
import { useRights } from "@/pages/rights";

const COLUMNS: readonly Column<Limits>[] = [
  { id: "name", header: "Name", required: true, width: 10, sort: (one) => one.name, cell: (one) => <Link to={`/limits/${one.name}`}>{one.name}</Link> },
  { id: "what", header: "How much", width: 20, grow: 3, cell: (one) => <span className="num">{limitWords(one.settings).join(" · ")}</span> },
  { id: "who", header: "Who has them", width: 14, grow: 2, sort: (one) => one.used_by.length, cell: (one) => (one.used_by.length === 0 ? "nobody" : one.used_by.join(", ")) },
  { id: "source", header: "Defined in", width: 7, sort: (one) => one.source, cell: (one) => one.source },
];

/** All limits and budgets, who has them, and how teams, users and models stand with theirs. */
export default function LimitsPage() {
  const rights = useRights();
  const go = useGo();
  const query = useQuery(limitsQuery);
  const standing = useQuery(standingQuery);
  const make = rights.change && (
    <Link to="/limits/new" look="primary" icon="add">
      New limits
    </Link>
  );
  return (
    <Page
      title="Limits & budgets"
      lead="How much may be called: calls and tokens a minute, calls at once, dollars or tokens a period. Everybody who has them has them for themselves."
      actions={make}
    >
      <Loaded query={query} what="the limits">
        {({ data }) => (
          <DataTable
            label="Limits"
            name="limits"
            columns={COLUMNS}
            rows={data}
            rowKey={(one) => one.name}
            onOpen={(one) => go(`/limits/${one.name}`)}
            empty={
              <Empty title="No limits yet" icon="limits" actions={make}>
                Limits called “default” hold for every key that names none.
              </Empty>
            }
          />
        )}
      </Loaded>
      <Section title="Standing" lead="How teams, users and models stand now. Keys show theirs on their own pages.">
        <Loaded query={standing} what="how they stand">
          {({ data }) => <Standings of={data} none="No team, user or model has limits." />}
        </Loaded>
      </Section>
    </Page>
  );
}
