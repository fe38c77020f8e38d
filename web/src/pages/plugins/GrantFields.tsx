import { Checkbox } from "@/kit/Checkbox";
import { TagField } from "@/kit/TagField";
import { asksOf, type Grant, type GrantList } from "@/pages/plugins/grants";
import { plain } from "@/pages/plugins/plain";
import type { Permissions } from "@/pages/plugins/plugin";

interface GrantFieldsProps {
  /** What it asks for: a box each. */
  asked: Permissions;
  grant: Grant;
  onChange: (grant: Grant) => void;
  isDisabled?: boolean;
}

const MORE: readonly { field: GrantList; label: string; description: string }[] = [
  { field: "network", label: "Hosts", description: "host:port, *.example.com:443, *:443 for every public host" },
  { field: "read", label: "Files and folders to read", description: "Whole paths of the gateway's machine: /srv/documents" },
  { field: "write", label: "Files and folders to change", description: "Whole paths; what may be changed may be read" },
  { field: "environment", label: "Variables of the gateway's environment", description: "Their names" },
];

/** What is granted: what it asks for, one by one, and what a person grants besides. */
export function GrantFields({ asked, grant, onChange, isDisabled = false }: GrantFieldsProps) {
  const asks = asksOf(asked);
  const besides = (field: GrantList) => grant[field].filter((value) => !asked[field].includes(value));
  return (
    <div className="grants">
      {asks.length === 0 ? (
        <p>Nothing: no network, no files, no secrets, no other programs.</p>
      ) : (
        <fieldset className="grants__asked">
          <legend className="visually-hidden">What it asks for</legend>
          {asks.map((ask) => (
            <Checkbox key={ask.id} isSelected={ask.has(grant)} isDisabled={isDisabled} onChange={(wanted) => onChange(ask.put(grant, wanted))}>
              {plain(ask.words, 400)}
            </Checkbox>
          ))}
        </fieldset>
      )}
      <details className="plugins__more">
        <summary>Grant something besides</summary>
        <div className="plugins__fields">
          {MORE.map(({ field, label, description }) => (
            <TagField
              key={field}
              label={label}
              description={description}
              name={`permissions.${field}`}
              mono
              isDisabled={isDisabled}
              value={besides(field)}
              onChange={(value) => onChange({ ...grant, [field]: [...grant[field].filter((each) => asked[field].includes(each)), ...value] })}
            />
          ))}
          <Checkbox isSelected={grant.subprocesses} isDisabled={isDisabled} onChange={(subprocesses) => onChange({ ...grant, subprocesses })}>
            Other programs inside its sandbox
          </Checkbox>
        </div>
      </details>
    </div>
  );
}
