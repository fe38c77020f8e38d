import { RadioGroup } from "@/kit/RadioGroup";
import { Switch } from "@/kit/Switch";
import { type AnnouncementChoice, useAnnouncements } from "@/theme/announcements";

/** What is told aloud of answers. */
export function Announcements() {
  const { choice, change } = useAnnouncements();
  return (
    <div className="appearance__fields">
      <RadioGroup
        label="Answers"
        value={choice.answers}
        onChange={(answers) => change({ answers: answers as AnnouncementChoice["answers"] })}
        options={[
          { id: "whole", label: "The whole answer, when it has ended" },
          { id: "end", label: "Only that it has ended" },
          { id: "none", label: "Nothing" },
        ]}
        description="Errors are told always."
      />
      <Switch isSelected={choice.progress} onChange={(progress) => change({ progress })} description="About every seven seconds, while an answer comes.">
        Say that an answer goes on
      </Switch>
    </div>
  );
}
