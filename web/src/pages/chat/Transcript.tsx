import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { Button } from "@/kit/Button";
import { type AnswerDoings, AnswerView } from "@/pages/chat/AnswerView";
import { type Answer, idOf, type Item, items } from "@/pages/chat/items";
import type { Message } from "@/pages/chat/parts";
import { Question } from "@/pages/chat/Question";
import { SeenContext, useSeen } from "@/pages/chat/seen";
import type { View } from "@/pages/chat/talk";

const NEAR_END = 96;

interface TranscriptProps {
  view: View;
  doings: AnswerDoings;
  onAskAnew: (message: Message, text: string) => Promise<void>;
  onOlder: () => Promise<void>;
  /** Gives the focus back to where one writes. */
  onLeave: () => void;
}

function modelOf(answer: Answer): string {
  return answer.kind === "kept" ? answer.message.model : answer.run.model;
}

function Compared({ item, doings }: { item: Extract<Item, { kind: "compared" }>; doings: AnswerDoings }) {
  return (
    <div className="chat-compared" data-count={item.answers.length}>
      {item.answers.map((answer) => (
        <section key={idOf(answer)} className="chat-compared__one" aria-label={`Answer of ${modelOf(answer)}`}>
          <h3 className="chat-message__who">{modelOf(answer)}</h3>
          <AnswerView answer={answer} doings={doings} isCompared isShown={idOf(answer) === item.shown} />
        </section>
      ))}
    </div>
  );
}

interface ContentProps {
  item: Item;
  doings: AnswerDoings;
  conversation: string;
  onAskAnew: TranscriptProps["onAskAnew"];
}

function Content({ item, doings, conversation, onAskAnew }: ContentProps) {
  if (item.kind === "question") return <Question conversation={conversation} message={item.message} onAskAnew={onAskAnew} onShow={doings.onShow} />;
  if (item.kind === "compared") return <Compared item={item} doings={doings} />;
  return (
    <>
      <h3 className="chat-message__who">{modelOf(item.answer)}</h3>
      <AnswerView answer={item.answer} doings={doings} />
    </>
  );
}

function Entry(props: ContentProps) {
  const element = useRef<HTMLLIElement>(null);
  const isSeen = useSeen(element);
  const { item } = props;
  return (
    <li ref={element} id={item.id} className={`chat-message chat-message--${item.kind}`} tabIndex={-1} aria-label={nameOf(item)}>
      <SeenContext value={isSeen}>
        <Content {...props} />
      </SeenContext>
    </li>
  );
}

function nameOf(item: Item): string {
  if (item.kind === "question") return "You";
  return item.kind === "compared" ? `${item.answers.length} models` : modelOf(item.answer);
}

/** Moves the focus to the message before or after the one that has it; whether there was one. */
function step(list: HTMLOListElement, by: number): boolean {
  const messages = [...list.querySelectorAll<HTMLElement>(":scope > .chat-message")];
  const now = messages.findIndex((one) => one.contains(document.activeElement));
  const next = messages[now < 0 ? (by < 0 ? messages.length - 1 : messages.length) : now + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

function atEnd(): boolean {
  const page = document.documentElement;
  return page.scrollHeight - page.clientHeight - window.scrollY < NEAR_END;
}

/** Whether the reader is at the end; follows the end while they are, and lets them read where they are not. */
function useEnd(view: View): { isAtEnd: boolean; toEnd: () => void } {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const list = useRef<ResizeObserver | null>(null);
  const toEnd = useCallback(() => {
    follows.current = true;
    window.scrollTo({ top: document.documentElement.scrollHeight });
  }, []);
  useEffect(() => {
    let last = window.scrollY;
    const look = (): void => {
      const end = atEnd();
      if (window.scrollY < last - 2 && !end) follows.current = false;
      if (end) follows.current = true;
      last = window.scrollY;
      setAtEnd(end);
    };
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  const id = view.conversation?.id ?? "";
  const isEmpty = view.messages.length === 0;
  useLayoutEffect(() => {
    if (!isEmpty) toEnd();
  }, [id, isEmpty, toEnd]);
  const isRunning = view.runs.length > 0;
  useEffect(() => {
    const element = document.querySelector(".chat-transcript");
    if (element === null || !isRunning) return;
    list.current = new ResizeObserver(() => {
      if (follows.current) window.scrollTo({ top: document.documentElement.scrollHeight });
      else setAtEnd(false);
    });
    list.current.observe(element);
    return () => list.current?.disconnect();
  }, [isRunning]);
  return { isAtEnd, toEnd };
}

/** All that was said on the branch in sight. It is never virtual: find-in-page and screen readers have all of it. */
export function Transcript({ view, doings, onAskAnew, onOlder, onLeave }: TranscriptProps) {
  const list = useRef<HTMLOListElement>(null);
  const [isFetching, setFetching] = useState(false);
  const shown = useMemo(() => items(view), [view]);
  const { isAtEnd, toEnd } = useEnd(view);
  useEffect(() => {
    const keys = (event: globalThis.KeyboardEvent): void => {
      if (!event.altKey || list.current === null || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      if (!step(list.current, event.key === "ArrowUp" ? -1 : 1) && event.key === "ArrowDown") onLeave();
    };
    window.addEventListener("keydown", keys);
    return () => window.removeEventListener("keydown", keys);
  }, [onLeave]);
  const older = async (): Promise<void> => {
    const before = document.documentElement.scrollHeight - window.scrollY;
    setFetching(true);
    await onOlder().finally(() => setFetching(false));
    requestAnimationFrame(() => window.scrollTo({ top: document.documentElement.scrollHeight - before }));
  };
  const escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.classList.contains("chat-message")) onLeave();
  };
  return (
    <div className="chat-transcript">
      {view.next !== null && (
        <Button size="sm" icon="arrowUp" isPending={isFetching} onPress={() => void older()}>
          Show earlier messages
        </Button>
      )}
      {/* the log is around the list, not the list itself: ARIA in HTML gives an `ol` no role of a log */}
      <div role="log" aria-live="off" aria-label="Messages">
        <ol ref={list} className="chat-transcript__list" onKeyDown={escape}>
          {shown.map((item) => (
            <Entry key={item.id} item={item} doings={doings} conversation={view.conversation?.id ?? ""} onAskAnew={onAskAnew} />
          ))}
        </ol>
      </div>
      {!isAtEnd && shown.length > 0 && (
        <div className="chat-jump">
          <Button size="sm" icon="arrowDown" onPress={toEnd}>
            Jump to latest
          </Button>
        </div>
      )}
    </div>
  );
}
