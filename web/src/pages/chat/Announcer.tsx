import { useEffect, useState } from "react";

import { textOf } from "@/pages/chat/parts";
import type { View } from "@/pages/chat/talk";
import { useAnnouncements } from "@/theme/announcements";

const EVERY_MS = 7000;

function words(text: string): number {
  return text.split(/\s+/).length - (text.startsWith(" ") ? 1 : 0);
}

const ENDS: Record<string, string> = {
  complete: "has answered",
  stopped: "was stopped",
  cut: "was cut off",
  failed: "gave no answer",
  waiting: "waits for your approval of a tool",
};

/** Says aloud what happens in a conversation, as much as its reader wants to hear. Nothing of it is seen. */
export function Announcer({ view }: { view: View }) {
  const { choice } = useAnnouncements();
  const [progress, setProgress] = useState("");
  const { runs, ended } = view;
  useEffect(() => {
    if (runs.length === 0 || !choice.progress) return;
    const tell = (): void => {
      const count = runs.reduce((sum, run) => sum + words(textOf(run.progress().parts)), 0);
      setProgress(count < 2 ? "Waiting for the answer." : `Answering, ${count} words so far.`);
    };
    const timer = setInterval(tell, EVERY_MS);
    return () => {
      clearInterval(timer);
      setProgress("");
    };
  }, [runs, choice.progress]);
  const isBad = ended !== null && (ended.state === "failed" || ended.state === "cut");
  const end = ended === null ? "" : `${ended.model} ${ENDS[ended.state] ?? "ended"}.`;
  const whole = ended === null || choice.answers === "none" ? "" : choice.answers === "end" ? end : `${end} ${ended.text}`;
  return (
    <div className="visually-hidden">
      <div role="log" aria-live="polite" aria-relevant="additions" aria-label="Answers as they end">
        {ended !== null && whole !== "" && <p key={ended.id}>{whole}</p>}
      </div>
      <div role="status">{runs.length === 0 || !choice.progress ? "" : progress}</div>
      <div role="alert">{isBad ? end : ""}</div>
    </div>
  );
}
