import { Button } from "@/kit/Button";

interface FootProps {
  isPending: boolean;
  onClose: () => void;
}

/** The end of a form in a dialog. */
export function Foot({ isPending, onClose }: FootProps) {
  return (
    <>
      <Button tone="quiet" onPress={onClose}>
        Cancel
      </Button>
      <Button type="submit" tone="primary" isPending={isPending}>
        Save
      </Button>
    </>
  );
}
