import { useMemo } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";

import type { ChartSeries } from "@/kit/chart/data";
import { lookOf, readLook, type SeriesLook, useThemeVersion } from "@/kit/chart/tokens";

interface LegendProps {
  series: readonly ChartSeries[];
  hidden: ReadonlySet<string>;
  onToggle: (id: string) => void;
}

function Mark({ look }: { look: SeriesLook }) {
  return (
    <svg className="chart__mark" viewBox="0 0 28 12" aria-hidden="true">
      <path d="M0 6H28" fill="none" stroke={look.color} strokeWidth="1.5" strokeDasharray={look.dash.join(" ") || undefined} />
      <path d={look.marker} transform="translate(14 6)" fill={look.color} />
    </svg>
  );
}

/** The names of a chart's series beside their colour, dash and marker; pressing one hides or shows it. */
export function Legend({ series, hidden, onToggle }: LegendProps) {
  const theme = useThemeVersion();
  const look = useMemo(() => ({ theme, ...readLook() }), [theme]);
  if (series.length < 2) return null;
  return (
    <ul role="list" className="chart__legend">
      {series.map(({ id, label }, place) => (
        <li key={id}>
          <ToggleButton className="chart__series" isSelected={!hidden.has(id)} onChange={() => onToggle(id)}>
            <Mark look={lookOf(look, place)} />
            {label}
          </ToggleButton>
        </li>
      ))}
    </ul>
  );
}
