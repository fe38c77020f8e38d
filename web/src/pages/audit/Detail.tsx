import { Drawer } from "@/kit/Drawer";
import { Facts } from "@/kit/Facts";
import { When } from "@/kit/When";
import type { Entry } from "@/pages/audit/entries";

function said(value: unknown): string {
  if (Array.isArray(value)) return value.map(said).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One entry, whole. */
export function Detail({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const details = Object.entries(entry.detail).map(([term, value]) => ({
    term: term.replaceAll("_", " "),
    value: <span className="num">{said(value)}</span>,
  }));
  return (
    <Drawer title={entry.action} isOpen onOpenChange={(open) => !open && onClose()}>
      <Facts
        facts={[
          { term: "When", value: <When at={entry.at} /> },
          { term: "Who", value: entry.actor_name ?? entry.actor },
          { term: "Their key", value: <span className="num">{entry.actor}</span> },
          { term: "What", value: <span className="num">{entry.target}</span> },
          { term: "From", value: <span className="num">{entry.ip === "" ? "this machine" : entry.ip}</span> },
          ...details,
        ]}
      />
    </Drawer>
  );
}
