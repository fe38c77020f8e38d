import { NumberField } from "@/kit/NumberField";
import type { Limits } from "@/pages/plugins/plugin";

interface LimitFieldsProps {
  limits: Limits;
  onChange: (limits: Limits) => void;
  isDisabled?: boolean;
}

const FIELDS: readonly { name: keyof Limits; label: string; unit: string; min: number; max: number; whole: boolean }[] = [
  { name: "memory_mb", label: "Memory", unit: "MiB", min: 16, max: 1_048_576, whole: true },
  { name: "disk_mb", label: "Disk", unit: "MiB", min: 1, max: 1_048_576, whole: true },
  { name: "cpus", label: "Processor", unit: "cores", min: 0.01, max: 1024, whole: false },
  { name: "processes", label: "Processes", unit: "", min: 1, max: 4096, whole: true },
  { name: "calls_per_minute", label: "Calls", unit: "a minute", min: 1, max: 1_000_000, whole: true },
  { name: "concurrency", label: "Calls at once", unit: "", min: 1, max: 10_000, whole: true },
  { name: "seconds", label: "Time of a call", unit: "s", min: 0.1, max: 86_400, whole: false },
  { name: "response_bytes", label: "Size of a result", unit: "bytes", min: 1024, max: 1_073_741_824, whole: true },
];

/** What a plugin may use of the machine, and how often it is called, at most. */
export function LimitFields({ limits, onChange, isDisabled = false }: LimitFieldsProps) {
  return (
    <div className="plugins__fields">
      {FIELDS.map(({ name, label, unit, min, max, whole }) => (
        <NumberField
          key={name}
          label={label}
          name={`limits.${name}`}
          value={limits[name]}
          minValue={min}
          maxValue={max}
          isDisabled={isDisabled}
          formatOptions={{ maximumFractionDigits: whole ? 0 : 2 }}
          onChange={(value) => value !== null && onChange({ ...limits, [name]: value })}
          {...(unit === "" ? {} : { unit })}
        />
      ))}
    </div>
  );
}
