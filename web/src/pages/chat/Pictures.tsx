import { IconButton } from "@/kit/IconButton";
import { TextField } from "@/kit/TextField";
import type { Picture } from "@/pages/chat/pictures";

interface PicturesProps {
  pictures: readonly Picture[];
  onChange: (picture: Picture) => void;
  onRemove: (picture: Picture) => void;
}

/** The pictures that go with the next question, each with what it shows in words. */
export function Pictures({ pictures, onChange, onRemove }: PicturesProps) {
  if (pictures.length === 0) return null;
  return (
    <ul className="chat-pictures" aria-label="Pictures">
      {pictures.map((one) => (
        <li key={one.id} className="chat-pictures__one">
          <img className="chat-pictures__image" src={one.url} alt={one.alt === "" ? "A picture without a description" : one.alt} />
          <TextField label="What it shows" value={one.alt} onChange={(alt) => onChange({ ...one, alt })} />
          <IconButton icon="trash" label={`Remove ${one.alt === "" ? "the picture" : one.alt}`} size="sm" onPress={() => onRemove(one)} />
        </li>
      ))}
    </ul>
  );
}
