import { Local } from "@/pages/chat/local";
import { PLAIN, type Settings } from "@/pages/chat/settings";
import { Talk } from "@/pages/chat/talk";

/** All conversations that were opened in this window. Answers go on while one looks at other pages. */
export class Desk {
  private readonly talks = new Map<string, Talk>();
  private owner = "";
  private local = new Local("");
  private fresh: Talk | null = null;
  /** Told when a conversation was begun; set by the page in sight. */
  onBorn: (id: string) => void = () => undefined;
  /** Told when the list of conversations is not what it was. */
  onMoved: () => void = () => undefined;

  /** Whose desk it is: another person's conversations and drafts are put away. */
  belongTo(owner: string): void {
    if (owner === this.owner) return;
    this.owner = owner;
    this.local = new Local(owner);
    this.talks.clear();
    this.fresh = null;
  }

  /** The conversation with this id, or the one that is not begun yet. */
  talk(id: string, settings: () => Settings = () => PLAIN): Talk {
    if (id === "") {
      this.fresh ??= this.make("", settings());
      return this.fresh;
    }
    const known = this.talks.get(id) ?? this.make(id, PLAIN);
    this.talks.set(id, known);
    return known;
  }

  /** The gateway is back, or somebody signed in again: every conversation does what it could not do. */
  comeBack(): void {
    for (const talk of this.talks.values()) talk.comeBack();
  }

  /** Lets go of a conversation that was deleted. */
  forget(id: string): void {
    this.talks.get(id)?.stop();
    this.talks.get(id)?.draft.discard();
    this.talks.delete(id);
  }

  private make(id: string, settings: Settings): Talk {
    const born = (talk: Talk, made: string): void => {
      this.talks.set(made, talk);
      this.fresh = null;
      this.onBorn(made);
    };
    return new Talk(this.local, id, settings, born, () => this.onMoved());
  }
}

/** The desk of this window. */
export const desk = new Desk();
