import "@/pages/models/models.css";

import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";

import { Badge } from "@/kit/Badge";
import { type Column, DataTable } from "@/kit/DataTable";
import { Empty } from "@/kit/Empty";
import { Link } from "@/kit/Link";
import { Loaded } from "@/kit/Loaded";
import { Num } from "@/kit/Num";
import { Page } from "@/kit/Page";
import { SearchField } from "@/kit/SearchField";
import { Select } from "@/kit/Select";
import { useGo } from "@/pages/go";
import { abilities, EndOf, PriceOf, StateOf } from "@/pages/models/facts";
import { type Model, modelsQuery, modelPath } from "@/pages/models/model";
import { useRights } from "@/pages/rights";

interface Filters {
  search?: string;
  kind?: string;
  provider?: string;
}

const first = (model: Model) => model.deployments[0];
const behind = (model: Model) => model.deployments.map((one) => `${one.provider}/${one.model}`).join(", ");

const COLUMNS: readonly Column<Model>[] = [
  { id: "name", header: "Name", required: true, width: 12, grow: 2, sort: (model) => model.name, cell: (model) => <Link to={modelPath(model.name)}>{model.name}</Link> },
  { id: "kind", header: "Kind", width: 6, sort: (model) => model.kind, cell: (model) => <Badge tone={model.kind === "alias" ? "info" : "neutral"}>{model.kind}</Badge> },
  { id: "state", header: "State", width: 6, sort: (model) => model.state, cell: (model) => <StateOf of={model} /> },
  { id: "behind", header: "Answers", width: 11, grow: 2, sort: behind, cell: (model) => <span className="num">{behind(model)}</span> },
  { id: "strategy", header: "Strategy", width: 6.5, sort: (model) => model.strategy, cell: (model) => (model.kind === "alias" ? model.strategy : "") },
  { id: "context", header: "Context", width: 6, align: "end", sort: (model) => model.context, cell: (model) => <Num value={model.context} compact /> },
  { id: "price", header: "$ / M in, out", width: 8, align: "end", sort: (model) => Number(model.price?.input ?? -1), cell: (model) => <PriceOf of={first(model)} /> },
  { id: "can", header: "Can", width: 10, cell: (model) => abilities(first(model)).join(", ") },
  { id: "ends", header: "Ends", width: 7, sort: (model) => first(model)?.deprecated ?? null, cell: (model) => <EndOf of={first(model)} /> },
  { id: "source", header: "Defined in", width: 7, hidden: true, sort: (model) => model.source, cell: (model) => model.source },
];

const KINDS = [
  { id: "all", label: "All kinds" },
  { id: "alias", label: "Aliases" },
  { id: "provider", label: "Of providers" },
  { id: "embedded", label: "Embedded" },
];

function fits(model: Model, { search = "", kind = "all", provider = "all" }: Filters): boolean {
  return (
    (kind === "all" || model.kind === kind) &&
    (provider === "all" || model.deployments.some((one) => one.provider === provider)) &&
    (search === "" || `${model.name} ${behind(model)}`.toLowerCase().includes(search.toLowerCase()))
  );
}

/** Every model that can be called: what stands behind it, what it costs, what it can do and when it ends. */
export default function Models() {
  const rights = useRights();
  const query = useQuery(modelsQuery);
  const filters: Filters = useSearch({ strict: false });
  const go = useGo();
  const filter = (part: Filters) => go("/models", { ...filters, ...part }, true);
  const add = rights.change && (
    <Link to="/models/new" look="primary" icon="add">
      Add alias
    </Link>
  );
  return (
    <Page title="Models" lead="What clients can call: aliases defined here, and each provider’s own models." actions={add}>
      <Loaded query={query} what="the models" lines={12}>
        {({ data }) => (
          <DataTable
            label="Models"
            name="models"
            columns={COLUMNS}
            rows={data.filter((model) => fits(model, filters))}
            rowKey={(model) => model.name}
            onOpen={(model) => go(modelPath(model.name))}
            toolbar={<Filter filters={filters} filter={filter} models={data} />}
            empty={
              data.length === 0 ? (
                <Empty title="No models yet" icon="models" actions={<Link to="/providers/new" look="normal">Add a provider</Link>}>
                  Models come with providers; an alias gives them a name of yours.
                </Empty>
              ) : (
                <Empty title="No model fits">Search for something else.</Empty>
              )
            }
          />
        )}
      </Loaded>
    </Page>
  );
}

function Filter({ filters, filter, models }: { filters: Filters; filter: (part: Filters) => void; models: readonly Model[] }) {
  const providers = [...new Set(models.flatMap((model) => model.deployments.map((one) => one.provider)))];
  return (
    <div className="model-filters">
      <SearchField label="Search models" main value={filters.search ?? ""} onChange={(search) => filter({ search })} />
      <Select label="Kind" labelHidden options={KINDS} value={filters.kind ?? "all"} onChange={(kind) => filter({ kind })} />
      <Select
        label="Provider"
        labelHidden
        options={[{ id: "all", label: "All providers" }, ...providers.map((id) => ({ id, label: id }))]}
        value={filters.provider ?? "all"}
        onChange={(provider) => filter({ provider })}
      />
    </div>
  );
}
