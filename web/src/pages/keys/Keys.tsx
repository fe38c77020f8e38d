import "@/pages/keys/keys.css";

import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";

import { DataTable, type Column } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { SearchField } from "@/kit/SearchField";
import { Select } from "@/kit/Select";
import { When } from "@/kit/When";
import { useGo } from "@/pages/go";
import { type Key, keysQuery } from "@/pages/keys/key";
import { KeyState } from "@/pages/keys/KeyState";
import { useRights } from "@/pages/rights";

interface Filters {
  state?: string;
  search?: string;
  whose?: string;
}

const COLUMNS: readonly Column<Key>[] = [
  { id: "name", header: "Name", required: true, width: 10, sort: (key) => key.name, cell: (key) => <Link to={`/keys/${key.id}`}>{key.name}</Link> },
  { id: "state", header: "State", width: 6.5, sort: (key) => key.state, cell: (key) => <KeyState of={key} /> },
  { id: "hint", header: "Ends with", width: 6, cell: (key) => <code>…{key.secrets.at(-1)?.hint ?? ""}</code> },
  { id: "user", header: "User", width: 6.5, sort: (key) => key.user, cell: (key) => key.user },
  { id: "team", header: "Team", width: 6.5, sort: (key) => key.team, cell: (key) => key.team },
  { id: "models", header: "Models", width: 9, cell: (key) => <span className="num">{key.models.join(", ")}</span> },
  { id: "tools", header: "Tools", width: 8, hidden: true, cell: (key) => <span className="num">{key.tools.join(", ")}</span> },
  { id: "may", header: "May", width: 8, sort: (key) => key.scopes.join(), cell: (key) => key.scopes.join(", ") },
  { id: "limits", header: "Limits", width: 6, sort: (key) => key.limits, cell: (key) => (key.limits === "" ? "default" : key.limits) },
  { id: "priority", header: "Priority", width: 6, hidden: true, sort: (key) => key.priority, cell: (key) => key.priority },
  { id: "expires", header: "Expires", width: 6.5, sort: (key) => key.expires_at, cell: (key) => (key.expires_at === null ? "never" : <When at={key.expires_at} relative />) },
  { id: "made", header: "Made", width: 7, sort: (key) => key.created_at, cell: (key) => <When at={key.created_at} relative /> },
];

const STATES = [
  { id: "active", label: "Active" },
  { id: "expired", label: "Expired" },
  { id: "revoked", label: "Revoked" },
  { id: "all", label: "All" },
];

function fits(key: Key, filters: Filters, user: string): boolean {
  const state = filters.state ?? "active";
  const wanted = (filters.search ?? "").toLowerCase();
  return (
    (state === "all" || key.state === state) &&
    (filters.whose !== "mine" || (user !== "" && key.user === user)) &&
    (wanted === "" || [key.name, key.user, key.team, key.id].some((text) => text.toLowerCase().includes(wanted)))
  );
}

/** All keys: who has them, what they may, and whether they work. */
export default function Keys() {
  const rights = useRights();
  const query = useQuery(keysQuery);
  const filters: Filters = useSearch({ strict: false });
  const go = useGo();
  const filter = (part: Filters) => go("/keys", { ...filters, ...part }, true);
  const may = rights.change || rights.own;
  const make = may && (
    <Link to="/keys/new" look="primary" icon="add">
      New key
    </Link>
  );
  return (
    <Page title="Keys" lead="What programs and people present to call models and tools. A key itself is shown once, when it is made." actions={make}>
      <Loaded query={query} what="the keys" lines={8}>
        {({ data }) => (
          <DataTable
            label="Keys"
            name="keys"
            columns={COLUMNS}
            rows={data.filter((key) => fits(key, filters, rights.user))}
            rowKey={(key) => key.id}
            onOpen={(key) => go(`/keys/${key.id}`)}
            toolbar={<Filter filters={filters} filter={filter} user={rights.user} />}
            empty={<NoKeys any={data.length > 0} make={make} />}
          />
        )}
      </Loaded>
    </Page>
  );
}

function NoKeys({ any, make }: { any: boolean; make: React.ReactNode }) {
  return any ? (
    <Empty title="No key fits">Show all states, or search for something else.</Empty>
  ) : (
    <Empty title="No keys yet" icon="keys" actions={make}>
      A key lets a program call models here.
    </Empty>
  );
}

function Filter({ filters, filter, user }: { filters: Filters; filter: (part: Filters) => void; user: string }) {
  return (
    <div className="key-filters">
      <SearchField label="Search keys" value={filters.search ?? ""} onChange={(search) => filter({ search })} />
      <Select label="State" labelHidden options={STATES} value={filters.state ?? "active"} onChange={(state) => filter({ state })} />
      {user !== "" && (
        <Select
          label="Whose"
          labelHidden
          options={[
            { id: "all", label: "Everybody’s" },
            { id: "mine", label: "Mine" },
          ]}
          value={filters.whose ?? "all"}
          onChange={(whose) => filter({ whose })}
        />
      )}
    </div>
  );
}
