import "@/pages/settings/appearance/ThemeChoice.css";

import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components/RadioGroup";

import { Status } from "@/kit/Status";
import type { Theme } from "@/theme/themes";

export interface ThemeChoiceProps {
  themes: readonly Theme[];
  value: string;
  onChange: (name: string) => void;
}

/** A theme of all there are, each with a picture of itself. */
export function ThemeChoice({ themes, value, onChange }: ThemeChoiceProps) {
  return (
    <RadioGroup value={value} onChange={onChange} className="theme-choice">
      <Label className="visually-hidden">Theme</Label>
      <div className="theme-choice__options">
        {themes.map((theme) => (
          <RadioField key={theme.name} value={theme.name} isDisabled={theme.href === null} className="theme-choice__option">
            <RadioButton className="theme-choice__button">
              <Picture theme={theme} />
              <span className="theme-choice__name">
                {theme.title}
                {theme.name === value && <Status tone="neutral">in use</Status>}
              </span>
              {theme.description !== "" && <span className="theme-choice__about">{theme.description}</span>}
              <span className="theme-choice__about num">
                {theme.worst === null ? "never right" : `${theme.level ?? "AA"} · weakest pair ${theme.worst.ratio.toFixed(1)}:1`}
              </span>
            </RadioButton>
            <Problems theme={theme} />
          </RadioField>
        ))}
      </div>
    </RadioGroup>
  );
}

/** What is wrong with a theme's file, outside of its button: a sentence is no name. */
function Problems({ theme }: { theme: Theme }) {
  if (theme.problems.length === 0) return null;
  return (
    <ul className="theme-choice__problems">
      {theme.problems.map((problem) => (
        <li key={`${problem.line} ${problem.message}`}>
          {`${problem.file}${problem.line === null ? "" : `:${problem.line}`}: ${problem.message} ${problem.suggestion}`}
        </li>
      ))}
    </ul>
  );
}

function Picture({ theme }: { theme: Theme }) {
  return (
    <span className="theme-choice__picture" aria-hidden="true">
      {theme.schemes.map((scheme) => {
        const of = (token: string) => theme.swatches[scheme]?.[token];
        return (
          <span key={scheme} className="theme-choice__scheme" style={{ background: of("surface.base") }}>
            <span className="theme-choice__nav" style={{ background: of("surface.raised"), borderColor: of("border.default") }} />
            <span className="theme-choice__body">
              <span className="theme-choice__line" style={{ background: of("text.default"), inlineSize: "60%" }} />
              <span className="theme-choice__line" style={{ background: of("text.muted"), inlineSize: "85%" }} />
              <span className="theme-choice__marks">
                {["signal.live", "status.ok.mark", "status.warn.mark", "status.error.mark", "status.info.mark"].map((token) => (
                  <span key={token} className="theme-choice__dot" style={{ background: of(token) }} />
                ))}
              </span>
            </span>
          </span>
        );
      })}
    </span>
  );
}
