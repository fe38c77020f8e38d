import "@/pages/chat/chat.css";

import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useState } from "react";

import { Button } from "@/kit/Button";
import { Drawer } from "@/kit/Drawer";
import { Empty } from "@/kit/Empty";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { useToast } from "@/kit/toasts";
import { Announcer } from "@/pages/chat/Announcer";
import type { AnswerDoings } from "@/pages/chat/AnswerView";
import { Composer, toComposer } from "@/pages/chat/Composer";
import { ConversationMenu } from "@/pages/chat/Menu";
import { Models, useModels } from "@/pages/chat/Models";
import type { Message } from "@/pages/chat/parts";
import { changed, type Settings } from "@/pages/chat/settings";
import { Sidebar } from "@/pages/chat/Sidebar";
import type { Talk, View } from "@/pages/chat/talk";
import { Transcript } from "@/pages/chat/Transcript";
import { useLikes, useTalk } from "@/pages/chat/useTalk";
import { may, type Me, useMe } from "@/session/me";
import { useActions } from "@/shell/actions";

// what few open, and what weighs as much as the page
const CodeDialog = lazy(async () => ({ default: (await import("@/pages/chat/CodeDialog")).CodeDialog }));
const SettingsDrawer = lazy(async () => ({ default: (await import("@/pages/chat/SettingsDrawer")).SettingsDrawer }));

/** What one can do to the answers of a conversation, the same for as long as it is in sight. */
function useDoings(talk: Talk, models: readonly string[]): AnswerDoings {
  const toast = useToast();
  return useMemo(() => {
    const tell = (error: unknown): void => toast.error("That did not work.", error);
    return {
      models,
      onRetry: (message, model) => talk.retry(message, model),
      onGoOn: (message) => talk.goOn(message),
      onShow: (id) => void talk.show(id).catch(tell),
      onRemove: (message) => void talk.remove(message.id).catch(tell),
      onDecide: (message, decisions) => void talk.decide(message, decisions).catch(tell),
    };
  }, [talk, models, toast]);
}

function refusal(me: Me | undefined, { settings, isLoading }: View): string | null {
  if (!may(me, "call")) return "Your role may look at models, but not call them.";
  return settings.models.length === 0 && !isLoading ? "Choose a model first." : null; // what is loading waits until it is known
}

interface BodyProps {
  talk: Talk;
  view: View;
  id: string;
  refused: string | null;
}

function Body({ talk, view, id, refused }: BodyProps) {
  const { likes } = useLikes();
  const known = useModels();
  const names = useMemo(() => known.data?.map((one) => one.name) ?? [], [known.data]);
  const doings = useDoings(talk, names);
  const askAnew = useCallback((message: Message, text: string) => talk.askAnew(message, text), [talk]);
  useLayoutEffect(() => {
    // a chat that begins gets its own address while one writes on: not a letter may go elsewhere
    if (document.activeElement === document.body) toComposer();
  }, []);
  useEffect(() => {
    // the page's heading takes the focus on arrival; here one writes
    const frame = requestAnimationFrame(toComposer);
    return () => cancelAnimationFrame(frame);
  }, [id]);
  const isEmpty = view.messages.length === 0 && view.runs.length === 0;
  return (
    <div className="chat__main">
      {view.isLoading && <Loading label="Loading the chat" lines={12} />}
      {view.problem !== null && <ErrorNote error={view.problem} title="The chat could not be loaded." onRetry={() => void talk.load(true)} />}
      {view.unkept !== null && (
        <ErrorNote error={view.unkept} title="The gateway has not kept the last answer yet. This browser has it." onRetry={() => void talk.load(true)} />
      )}
      {isEmpty && !view.isLoading && view.problem === null && (
        <div className="chat__empty">
          <Empty title="Ask a model" icon="chat">
            Choose a model above and write below. Compare asks up to four models at once. Everything is kept for you alone.
          </Empty>
        </div>
      )}
      <Transcript view={view} doings={doings} onAskAnew={askAnew} onOlder={() => talk.older()} onLeave={toComposer} />
      <Composer
        draft={talk.draft}
        isAnswering={view.runs.length > 0}
        enterSends={likes.enterSends}
        refusal={refused}
        onSend={(outgoing) => talk.send(outgoing)}
        onStop={() => talk.stop()}
      />
      <Announcer view={view} />
    </div>
  );
}

/** Tells the styles how high the page's head is, which stays in sight: it grows with the models that are chosen. */
function useHead(): void {
  useEffect(() => {
    const head = document.querySelector<HTMLElement>(".page__head");
    if (head === null) return;
    const root = document.documentElement;
    const measured = new ResizeObserver(() => {
      const stays = getComputedStyle(head).position === "sticky";
      root.style.setProperty("--chat-head", stays ? `${head.offsetHeight}px` : "0px");
    });
    measured.observe(head);
    return () => {
      measured.disconnect();
      root.style.removeProperty("--chat-head");
    };
  }, []);
}

/** Chats with models: kept, branched, compared. */
export default function Chat() {
  const me = useMe();
  const { id = "" }: { id?: string } = useParams({ strict: false });
  if (me !== undefined) return <Conversation id={id} me={me} />;
  return (
    <Page title="Chat" width="full">
      <Loading label="Loading the chat" lines={12} />
    </Page>
  );
}

function Conversation({ id, me }: { id: string; me: Me }) {
  const { talk, view } = useTalk(id, me.user);
  useHead();
  const { likes, keep } = useLikes();
  const toast = useToast();
  const [open, setOpen] = useState<"settings" | "list" | null>(null);
  const [request, setRequest] = useState<Record<string, unknown> | null>(null);
  const setUp = (settings: Settings): void => {
    talk.setUp(settings);
    keep({ last: settings });
  };
  const asCode = (): void => {
    talk.request(talk.draft.text).then(setRequest, (error: unknown) => toast.error("There is nothing to show.", error));
  };
  useActions([
    { id: "chat.settings", label: "Settings of this chat", run: () => setOpen("settings") },
    { id: "chat.stop", label: "Stop the answer", run: () => talk.stop() },
    { id: "chat.code", label: "View as code", run: asCode },
    { id: "chat.messages", label: "Previous and next message", keys: "alt+arrowup", shownOnly: true, run: () => undefined },
    { id: "chat.send", label: "Send", keys: "mod+enter", shownOnly: true, run: () => undefined },
  ]);
  const title = view.conversation === null || view.conversation.title === "" ? "Chat" : view.conversation.title;
  const count = changed(view.settings);
  const tools = view.settings.tools.length;
  return (
    <Page
      title={title}
      width="full"
      actions={
        <>
          <Models models={view.settings.models} onChange={(models) => setUp({ ...view.settings, models })} />
          <Button icon="settings" onPress={() => setOpen("settings")}>
            Settings{count > 0 && `, ${count} changed`}
            {tools > 0 && `, tools of ${tools} ${tools === 1 ? "plugin" : "plugins"}`}
          </Button>
          <span className="chat__chats">
            <Button icon="calls" onPress={() => setOpen("list")}>
              Chats
            </Button>
          </span>
          <ConversationMenu conversation={view.conversation} onChanged={(now) => talk.took(now)} onCode={asCode} />
        </>
      }
    >
      <div className="chat">
        <aside className="chat__side" aria-label="Chats">
          <Sidebar current={id} />
        </aside>
        <Body key={`${me.user} ${id}`} talk={talk} view={view} id={id} refused={refusal(me, view)} />
      </div>
      <Suspense fallback={null}>
        {open === "settings" && (
          <SettingsDrawer
            isOpen
            onOpenChange={(isOpen) => setOpen(isOpen ? "settings" : null)}
            settings={view.settings}
            onChange={setUp}
            enterSends={likes.enterSends}
            onEnterSends={(enterSends) => keep({ enterSends })}
          />
        )}
        {request !== null && <CodeDialog request={request} onClose={() => setRequest(null)} />}
      </Suspense>
      <Drawer title="Chats" isOpen={open === "list"} onOpenChange={(isOpen) => setOpen(isOpen ? "list" : null)}>
        <Sidebar current={id} />
      </Drawer>
    </Page>
  );
}

