import { useState } from "react";

import { Code } from "@/kit/Code";
import { Dialog } from "@/kit/Dialog";
import { Tabs } from "@/kit/Tabs";
import { type CodeLanguage, codeText } from "@/pages/chat/codeText";

const LANGUAGES: readonly { id: CodeLanguage; label: string; highlight: string }[] = [
  { id: "curl", label: "curl", highlight: "bash" },
  { id: "python", label: "Python", highlight: "python" },
  { id: "javascript", label: "JavaScript", highlight: "javascript" },
];

interface CodeDialogProps {
  /** The request that would be sent; `null` closes the dialog. */
  request: Record<string, unknown> | null;
  onClose: () => void;
}

/** The next request as code, to be taken along. */
export function CodeDialog({ request, onClose }: CodeDialogProps) {
  const [language, setLanguage] = useState("curl");
  return (
    <Dialog title="View as code" size="lg" isOpen={request !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <p>
        What the next message sends, for this gateway. Put a key of yours into the variable <code>SWITCHGEAR_KEY</code>.
      </p>
      {request !== null && (
        <Tabs
          label="Language"
          selected={language}
          onChange={setLanguage}
          items={LANGUAGES.map(({ id, label, highlight }) => ({
            id,
            label,
            content: <Code code={codeText(id, request, window.location.origin)} language={highlight} label={label} height={28} />,
          }))}
        />
      )}
    </Dialog>
  );
}
