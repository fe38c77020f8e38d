import { Icon } from "@/kit/Icon";
import { IconButton } from "@/kit/IconButton";
import { type Pasted, sizeOf } from "@/pages/chat/long";

const GLANCE = 2_000;

interface PastedTextsProps {
  texts: readonly Pasted[];
  onRemove: (id: string) => void;
}

/** The long texts that go with the next question, each with its beginning to look at. */
export function PastedTexts({ texts, onRemove }: PastedTextsProps) {
  return (
    // its place is always there, so that what comes into it is said aloud
    <div className="chat-pasted-place" aria-live="polite">
      {texts.length > 0 && (
        <ul className="chat-pasted" aria-label="Pasted texts">
          {texts.map(({ id, text }) => (
            <li key={id} className="chat-pasted__one">
              <details>
                <summary>
                  <Icon name="chevronRight" size="sm" />
                  Pasted text, {sizeOf(text)}: it goes along below what you write.
                </summary>
                <p className="chat-pasted__text" dir="auto">
                  {text.slice(0, GLANCE)}…
                </p>
              </details>
              <IconButton icon="trash" label={`Remove the pasted text of ${sizeOf(text)}`} size="sm" onPress={() => onRemove(id)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
