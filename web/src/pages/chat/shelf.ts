import type { Pasted } from "@/pages/chat/long";

/** What goes with a text that is being written. */
export interface Attached {
  pictures: { id: string; blob: Blob; alt: string }[];
  pasted: Pasted[];
}

const DATABASE = "switchgear.chat";
const TABLE = "attached";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser keeps nothing."));
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return done(request);
}

/** Where this browser keeps what is too large to stand beside the drafts: pictures, and long texts. One for each person. */
export class Shelf {
  private database: Promise<IDBDatabase> | null = null;
  /** What is done comes after what was done before it. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly owner: string) {}

  private async table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.database ??= opened();
    return (await this.database).transaction(TABLE, mode).objectStore(TABLE);
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const now = this.last.then(work, work);
    this.last = now.catch(() => undefined);
    return now;
  }

  private key(id: string): string {
    return `${this.owner} ${id}`;
  }

  /** What is kept under an id; nothing where the browser keeps nothing. */
  async get(id: string): Promise<Attached> {
    const nothing: Attached = { pictures: [], pasted: [] };
    try {
      const found = await this.next(async () => done((await this.table("readonly")).get(this.key(id)) as IDBRequest<Attached | undefined>));
      return { ...nothing, ...found };
    } catch {
      return nothing;
    }
  }

  /** Keeps it; whether the browser did. What is empty is forgotten. */
  async put(id: string, attached: Attached): Promise<boolean> {
    const isEmpty = attached.pictures.length === 0 && attached.pasted.length === 0;
    try {
      await this.next<unknown>(async () => {
        const table = await this.table("readwrite");
        const request = isEmpty ? done(table.delete(this.key(id))) : done(table.put(attached, this.key(id)));
        table.transaction.commit(); // also when the page is closed before it hears of it
        return request;
      });
      return true;
    } catch {
      return isEmpty;
    }
  }
}
