import { Shelf } from "@/pages/chat/shelf";

/** What this browser keeps of a person's chats until the gateway has it: drafts, and answers that are on their way. */
export class Local {
  /** What is too large to stand here. */
  readonly shelf: Shelf;

  /** `owner` keeps what several people write in one browser apart. */
  constructor(private readonly owner: string) {
    this.shelf = new Shelf(owner);
  }

  private name(kind: string, id: string): string {
    return `switchgear.chat.${this.owner}.${kind}.${id}`;
  }

  /** What was being written; empty when nothing was. */
  draft(id: string): string {
    return this.get("draft", id) ?? "";
  }

  /** Keeps what is being written; whether there was room for it. */
  keepDraft(id: string, text: string): boolean {
    return text === "" ? this.drop("draft", id) : this.put("draft", id, text);
  }

  /** Keeps the body of an answer that the store does not have yet. */
  keepAnswer(conversation: string, message: string, body: unknown): void {
    this.put(`answer.${conversation}`, message, JSON.stringify(body));
  }

  /** The store has it. */
  dropAnswer(conversation: string, message: string): void {
    this.drop(`answer.${conversation}`, message);
  }

  /** Bodies of answers of a conversation that never reached the store. */
  answers(conversation: string): unknown[] {
    const begin = this.name(`answer.${conversation}`, "");
    const found: unknown[] = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(begin)) found.push(JSON.parse(localStorage.getItem(key) ?? "null") as unknown);
      }
    } catch {
      return [];
    }
    return found;
  }

  private get(kind: string, id: string): string | null {
    try {
      return localStorage.getItem(this.name(kind, id));
    } catch {
      return null; // storage is switched off
    }
  }

  private put(kind: string, id: string, text: string): boolean {
    try {
      localStorage.setItem(this.name(kind, id), text);
      return true;
    } catch {
      return false; // full, or switched off
    }
  }

  private drop(kind: string, id: string): boolean {
    try {
      localStorage.removeItem(this.name(kind, id));
    } catch {
      return false;
    }
    return true;
  }
}
