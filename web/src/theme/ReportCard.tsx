import "@/theme/ReportCard.css";

import { useState } from "react";

import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { RadioGroup } from "@/kit/RadioGroup";
import { Status } from "@/kit/Status";
import { type ThemePair, useThemeReport } from "@/theme/themes";

const FIRST = 12;

interface Shown {
  scheme: string;
  contrast: string;
}

/** How well a theme can be read: each pair of its colours that is seen together, the nearest to its limit first. */
export function ReportCard({ name }: { name: string }) {
  const report = useThemeReport(name);
  const [shown, setShown] = useState<Shown>({ scheme: "", contrast: "standard" });
  const [all, setAll] = useState(false);
  if (report.isPending) return <Loading label="Measuring the theme" lines={8} />;
  if (report.isError) return <ErrorNote error={report.error} title="The report card could not be loaded." onRetry={() => void report.refetch()} />;

  const { card, schemes, level } = report.data;
  const scheme = schemes.find((each) => each === shown.scheme) ?? schemes[0] ?? "light";
  const pairs = card
    .filter((pair) => pair.scheme === scheme && pair.contrast === shown.contrast)
    .sort((one, other) => one.ratio / one.need - other.ratio / other.need);
  const passed = pairs.filter((pair) => pair.passes).length;
  return (
    <div className="report-card">
      <div className="report-card__bar">
        {schemes.length > 1 && (
          <RadioGroup
            label="Scheme"
            look="segments"
            value={scheme}
            onChange={(next) => setShown({ ...shown, scheme: next })}
            options={[
              { id: "light", label: "Light" },
              { id: "dark", label: "Dark" },
            ]}
          />
        )}
        <RadioGroup
          label="Contrast"
          look="segments"
          value={shown.contrast}
          onChange={(next) => setShown({ ...shown, contrast: next })}
          options={[
            { id: "standard", label: "Standard" },
            { id: "more", label: "More" },
          ]}
        />
        <p className="report-card__verdict" aria-live="polite">
          <Status tone={passed === pairs.length ? "ok" : "warn"}>{`${passed} of ${pairs.length} pairs reach ${shown.contrast === "more" ? "AAA" : (level ?? "AA")}`}</Status>
        </p>
      </div>
      <div className="report-card__scroll" role="region" aria-label="Pairs of colours" tabIndex={0}>
        <Pairs name={name} pairs={all ? pairs : pairs.slice(0, FIRST)} />
      </div>
      {pairs.length > FIRST && (
        <div>
          <Button size="sm" tone="quiet" onPress={() => setAll(!all)}>
            {all ? "Show the weakest only" : `Show all ${pairs.length}`}
          </Button>
        </div>
      )}
    </div>
  );
}

function Pairs({ name, pairs }: { name: string; pairs: readonly ThemePair[] }) {
  return (
    <table className="report-card__table">
      <caption className="visually-hidden">{`Contrast of the theme ${name}, the weakest pair first`}</caption>
      <thead>
        <tr>
          <th scope="col">Seen</th>
          <th scope="col">In front</th>
          <th scope="col">Behind</th>
          <th scope="col" className="num">
            Ratio
          </th>
          <th scope="col" className="num">
            Needs
          </th>
          <th scope="col" className="num">
            APCA
          </th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair) => (
          <tr key={`${pair.foreground} ${pair.background} ${pair.need}`}>
            <td>
              <span className="report-card__sample" style={{ background: pair.background_colour, color: pair.foreground_colour }} aria-hidden="true">
                {pair.use === "text" ? "Aa 12" : <span className="report-card__mark" style={{ background: pair.foreground_colour }} />}
              </span>
            </td>
            <th scope="row">{pair.foreground}</th>
            <td>{pair.background}</td>
            <td className="num">{pair.ratio.toFixed(2)}</td>
            <td className="num">{pair.need}</td>
            <td className="num">{pair.lc.toFixed(0)}</td>
            <td>
              <Status tone={pair.passes ? "ok" : pair.binding ? "error" : "warn"}>{pair.passes ? "passes" : pair.binding ? "fails" : "below"}</Status>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
