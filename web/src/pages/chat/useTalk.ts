import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";

import { desk } from "@/pages/chat/desk";
import { useModels } from "@/pages/chat/Models";
import { PLAIN, read, type Settings } from "@/pages/chat/settings";
import type { Talk, View } from "@/pages/chat/talk";
import { usePreference } from "@/session/preference";

/** What a reader likes of chats, wherever it came from. */
export interface Likes {
  enterSends: boolean;
  /** The settings of the chat that was last set up: how a new one begins. */
  last: Settings;
}

function likes(value: unknown): Likes {
  const kept = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const last = kept.last;
  return {
    enterSends: kept.enterSends === true,
    last: typeof last === "object" && last !== null ? read(last as Record<string, unknown>) : PLAIN,
  };
}

/** What the reader likes, and how to keep something else. */
export function useLikes(): { likes: Likes; isKnown: boolean; keep: (change: Partial<Likes>) => void } {
  const { value, isKnown, save } = usePreference("chat");
  const now = likes(value);
  return { likes: now, isKnown, keep: (change) => save({ ...now, ...change }) };
}

/** The conversation of the address, fetched when it is needed; a new one begins as the last was set up. */
export function useTalk(id: string, owner: string): { talk: Talk; view: View } {
  desk.belongTo(owner);
  const { likes: liked, isKnown } = useLikes();
  const models = useModels();
  const router = useRouter();
  const queries = useQueryClient();
  const talk = desk.talk(id);
  const view = useSyncExternalStore(talk.subscribe, talk.view);
  useEffect(() => {
    desk.onBorn = (made) => void router.navigate({ href: `/chat/${made}`, replace: true });
    desk.onMoved = () => void queries.invalidateQueries({ queryKey: ["conversations"] });
    void talk.load();
  }, [talk, router, queries]);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        const [what] = event.query.queryKey as unknown[];
        if (event.type === "updated" && event.action.type === "success" && (what === "me" || what === "connection")) desk.comeBack();
      }),
    [queries],
  );
  const hasModels = view.settings.models.length > 0;
  useEffect(() => {
    if (id !== "" || hasModels || !isKnown || models.data === undefined) return;
    const known = models.data.map((one) => one.name);
    const last = liked.last.models.filter((one) => known.includes(one));
    const first = models.data.find((one) => one.state === "ready")?.name;
    talk.setUp({ ...liked.last, models: last.length > 0 ? last : first === undefined ? [] : [first] });
  }, [id, hasModels, isKnown, models.data, liked.last, talk]);
  return { talk, view };
}
