import "@/kit/ErrorNote.css";

import type { ReactNode } from "react";

import { ApiError } from "@/api/client";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";

export interface ErrorNoteProps {
  /** What was thrown: the gateway's problem is told with its hint and the id of the request. */
  error: unknown;
  /** What did not work: “The keys could not be loaded.” */
  title?: string;
  onRetry?: () => void;
  children?: ReactNode;
}

function words(error: unknown): { what: string; hint: string | null; request: string | null } {
  if (error instanceof ApiError) {
    const hint = error.unreachable ? "It is tried again by itself when the gateway is back." : null;
    return { what: error.message, hint: error.problem?.hint ?? hint, request: error.problem?.request_id ?? null };
  }
  return { what: error instanceof Error ? error.message : String(error), hint: null, request: null };
}

/** What went wrong, where, and what to do next. */
export function ErrorNote({ error, title, onRetry, children }: ErrorNoteProps) {
  const { what, hint, request } = words(error);
  return (
    <div className="error-note" role="alert">
      <Icon name="errors" />
      <div className="error-note__words">
        {title !== undefined && <p className="error-note__title">{title}</p>}
        <p>{what}</p>
        {hint !== null && hint !== "" && <p>{hint}</p>}
        {request !== null && <p className="error-note__request num">{request}</p>}
        {children}
        {onRetry !== undefined && (
          <Button size="sm" icon="retry" onPress={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
