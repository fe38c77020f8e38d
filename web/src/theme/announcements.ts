import { usePreference } from "@/session/preference";

/** What a screen reader is told by itself while a model answers; kept as the preference `announcements`. */
export interface AnnouncementChoice {
  /** The whole answer when it ends, only that it ended, or nothing. */
  answers: "whole" | "end" | "none";
  /** That an answer goes on, every few seconds. */
  progress: boolean;
}

const USUAL: AnnouncementChoice = { answers: "whole", progress: true };

function choiceOf(value: unknown): AnnouncementChoice {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { answers, progress } = given;
  return {
    answers: answers === "end" || answers === "none" || answers === "whole" ? answers : USUAL.answers,
    progress: typeof progress === "boolean" ? progress : USUAL.progress,
  };
}

/** What the user wants to be told aloud, and a way to change it. Errors are told always. */
export function useAnnouncements(): { choice: AnnouncementChoice; change: (some: Partial<AnnouncementChoice>) => void } {
  const { value, save } = usePreference("announcements");
  const choice = choiceOf(value);
  return { choice, change: (some) => save({ ...choice, ...some }) };
}
