import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { Button } from "@/kit/Button";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Link } from "@/kit/Link";
import { Loading } from "@/kit/Loading";
import { SearchField } from "@/kit/SearchField";
import type { Conversation } from "@/pages/chat/parts";
import { store } from "@/pages/chat/store";

interface SidebarProps {
  /** The conversation in sight. */
  current: string;
}

function Marked({ text, marks }: { text: string; marks: readonly number[][] }) {
  const pieces = [];
  let at = 0;
  for (const [start = 0, end = 0] of marks) {
    pieces.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return (
    <span className="chat-list__hit" dir="auto">
      {pieces}
      {text.slice(at)}
    </span>
  );
}

function Row({ one, current }: { one: Conversation; current: string }) {
  return (
    <li className="chat-list__row" data-current={one.id === current || undefined} aria-current={one.id === current ? "page" : undefined}>
      <Link to={`/chat/${one.id}`} look="plain">
        <span className="chat-list__title" dir="auto">
          {one.title || "Without a name"}
        </span>
      </Link>
      {one.hit && <Marked text={one.hit.text} marks={one.hit.marks} />}
    </li>
  );
}

function Rows({ title, rows, current }: { title: string; rows: readonly Conversation[]; current: string }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2 className="chat-list__head">{title}</h2>
      <ul className="chat-list__rows">
        {rows.map((one) => (
          <Row key={one.id} one={one} current={current} />
        ))}
      </ul>
    </>
  );
}

/** Every conversation of the reader's: pinned ones first, found by their words. */
export function Sidebar({ current }: SidebarProps) {
  const [search, setSearch] = useState("");
  const asked = useDeferredValue(search.trim());
  const pinned = useQuery({ queryKey: ["conversations", "pinned"], queryFn: () => store.list("", true, null) });
  const list = useInfiniteQuery({
    queryKey: ["conversations", "list", asked],
    queryFn: ({ pageParam }) => store.list(asked, asked === "" ? false : null, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  const pins = asked === "" ? (pinned.data?.data ?? []) : [];
  const isEmpty = list.isSuccess && rows.length === 0 && pins.length === 0;
  return (
    <div className="chat-list">
      <Link to="/chat" look="normal" icon="add">
        New chat
      </Link>
      <SearchField label="Search chats" placeholder="Search chats" main value={search} onChange={setSearch} />
      {list.isPending && <Loading label="Loading chats" lines={6} />}
      {list.isError && <ErrorNote error={list.error} title="The chats could not be loaded." onRetry={() => void list.refetch()} />}
      <Rows title="Pinned" rows={pins} current={current} />
      {isEmpty && (
        <Empty title={asked === "" ? "No chats yet" : "Nothing found"} icon="chat">
          {asked === "" ? "What you ask is kept here." : "No chat has all of these words."}
        </Empty>
      )}
      <Rows title={asked === "" ? "Latest" : "Found"} rows={rows} current={current} />
      {list.hasNextPage && (
        <Button size="sm" isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}
