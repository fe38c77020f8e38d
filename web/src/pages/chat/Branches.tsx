import { IconButton } from "@/kit/IconButton";

interface BranchesProps {
  id: string;
  siblings: readonly string[];
  onShow: (id: string) => void;
}

/** The way to other questions or answers in the same place. */
export function Branches({ id, siblings, onShow }: BranchesProps) {
  if (siblings.length < 2) return null;
  const place = siblings.indexOf(id);
  const step = (by: number) => () => {
    const other = siblings[place + by];
    if (other !== undefined) onShow(other);
  };
  return (
    <div className="chat-branches" role="group" aria-label="Branches">
      <IconButton icon="chevronLeft" label="Previous branch" size="sm" isDisabled={place <= 0} onPress={step(-1)} />
      <span className="num">
        {place + 1} of {siblings.length}
      </span>
      <IconButton icon="chevronRight" label="Next branch" size="sm" isDisabled={place >= siblings.length - 1} onPress={step(1)} />
    </div>
  );
}
