import "@/shell/Help.css";

import { Dialog } from "@/kit/Dialog";
import { Kbd } from "@/kit/Kbd";
import { Switch } from "@/kit/Switch";
import { type Action, useActionList } from "@/shell/actions";

const FIXED: readonly Omit<Action, "run">[] = [
  { id: "f6", label: "Next part of the window; with Shift the one before", keys: "F6", section: "Everywhere" },
  { id: "esc", label: "Close what is on top", keys: "escape", section: "Everywhere" },
];

export interface HelpProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Whether keys without a modifier work. */
  single: boolean;
  onSingleChange: (single: boolean) => void;
}

/** Every key that does something now. */
export default function Help({ isOpen, onOpenChange, single, onSingleChange }: HelpProps) {
  const actions = [...FIXED, ...useActionList()].filter((action) => action.keys !== undefined);
  const sections = [...new Set(actions.map((action) => action.section ?? "This page"))];
  const order = ["This page", "Everywhere", "Go to"];
  sections.sort((one, other) => order.indexOf(one) - order.indexOf(other));
  return (
    <Dialog title="Keyboard" isOpen={isOpen} onOpenChange={onOpenChange} size="lg">
      <Switch
        isSelected={single}
        onChange={onSingleChange}
        description="Off, only keys with Ctrl or Command work: for speech input, and for those who press letters by accident."
      >
        Keys of a single letter
      </Switch>
      <div className="help">
        {sections.map((section) => (
          <section key={section} className="help__section" aria-label={section}>
            <h3 className="help__title">{section}</h3>
            <dl className="help__keys">
              {actions
                .filter((action) => (action.section ?? "This page") === section)
                .map((action) => (
                  <div key={action.id} className="help__key">
                    <dt>{action.label}</dt>
                    <dd>
                      <Kbd keys={action.keys ?? ""} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
