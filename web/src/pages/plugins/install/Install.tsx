import "@/pages/plugins/plugins.css";

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { api, given } from "@/api/client";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { Consent } from "@/pages/plugins/install/Consent";
import { Source } from "@/pages/plugins/install/Source";
import { plain } from "@/pages/plugins/plain";
import { may, useMe } from "@/session/me";

const HERE = "/plugins/install" as string; // routes come from a table: their paths are no types
const CRUMBS = [{ label: "Plugins", to: "/plugins" }];

/** Installing a plugin: where it comes from, what it asks for, and how it goes. The proposal is in the address. */
export default function Install() {
  const search: { proposal?: string; source?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const me = useMe();
  const id = search.proposal ?? "";
  const proposal = useQuery({
    queryKey: ["proposals", id],
    queryFn: () => given(api.GET("/api/plugins/proposals/{proposal_id}", { params: { path: { proposal_id: id } } })),
    enabled: id !== "",
    staleTime: Infinity,
  });
  const go = (proposed: string): void => void navigate({ to: HERE, search: (proposed === "" ? {} : { proposal: proposed }) as never });
  if (id === "") {
    return (
      <Page title="Install a plugin" width="prose" crumbs={CRUMBS} lead="Say where it comes from. It is fetched and looked at; nothing of it runs before you agree.">
        {me !== undefined && !may(me, "change") && (
          <Empty title="Your role does not install plugins" icon="lock">
            Ask an administrator.
          </Empty>
        )}
        {may(me, "change") && <Source first={search.source ?? ""} onProposed={(found) => go(found.id)} />}
      </Page>
    );
  }
  const title = proposal.data === undefined ? "Install a plugin" : `Install ${plain(proposal.data.title || proposal.data.name, 80)}`;
  return (
    <Page title={title} width="prose" crumbs={[...CRUMBS, { label: "Install", to: HERE }]}>
      {proposal.isPending && <Loading label="Loading what it asks for" lines={10} />}
      {proposal.isError && (
        <ErrorNote error={proposal.error} title="What was to be installed could not be loaded." onRetry={() => go("")} />
      )}
      {proposal.data !== undefined && <Consent key={id} proposal={proposal.data} onDropped={() => go("")} />}
    </Page>
  );
}
