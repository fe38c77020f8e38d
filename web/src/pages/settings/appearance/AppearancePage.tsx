import "@/pages/settings/appearance/appearance.css";

import { Button } from "@/kit/Button";
import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Page } from "@/kit/Page";
import { RadioGroup } from "@/kit/RadioGroup";
import { Section } from "@/kit/Section";
import { Slider } from "@/kit/Slider";
import { Announcements } from "@/pages/settings/appearance/Announcements";
import { ThemeChoice } from "@/pages/settings/appearance/ThemeChoice";
import { type Appearance, LARGEST, SMALLEST } from "@/theme/appearance";
import { ReportCard } from "@/theme/ReportCard";
import { useThemes } from "@/theme/themes";
import { useAppearance } from "@/theme/useAppearance";

const STEP = 0.125;

/** How the console looks and what it says aloud: every choice holds at once and is kept for the user. */
export default function AppearancePage() {
  const themes = useThemes();
  const { appearance, isKnown, change } = useAppearance();
  return (
    <Page title="Appearance" lead="How the console looks for you, on every machine you sign in from. A choice holds at once.">
      <Section title="Theme" lead="Files in the data folder's themes stand here as well; a change of one is seen while it is written.">
        {(themes.isPending || !isKnown) && <Loading label="Loading themes" height="24rem" />}
        {themes.isError && <ErrorNote error={themes.error} title="The themes could not be loaded." onRetry={() => void themes.refetch()} />}
        {themes.isSuccess && isKnown && <ThemeChoice themes={themes.data.data} value={appearance.theme} onChange={(theme) => change({ theme })} />}
      </Section>
      {isKnown && <Reading appearance={appearance} change={change} />}
      <Section title="Announcements" lead="What a screen reader is told of by itself while models answer.">
        <Announcements />
      </Section>
      <Section title="Report card" id="report-card" lead="Every pair of colours that is seen together in the theme you wear, the weakest first. Ratios are WCAG’s and bind; APCA’s figure is advice.">
        <ReportCard name={appearance.theme} />
      </Section>
    </Page>
  );
}

function Reading({ appearance, change }: { appearance: Appearance; change: (some: Partial<Appearance>) => void }) {
  return (
    <Section title="Reading" actions={<Button size="sm" tone="quiet" onPress={() => change({ scale: 1, contrast: "system", motion: "system", density: "normal" })}>As usual</Button>}>
      <div className="appearance__fields">
        <Slider
          label="Text size"
          minValue={SMALLEST}
          maxValue={LARGEST}
          step={STEP}
          value={appearance.scale}
          onChange={(scale) => change({ scale })}
          formatOptions={{ style: "percent", maximumFractionDigits: 1 }}
        />
        <RadioGroup
          label="Contrast"
          look="segments"
          value={appearance.contrast}
          onChange={(contrast) => change({ contrast: contrast as Appearance["contrast"] })}
          options={[
            { id: "system", label: "As the system" },
            { id: "standard", label: "Standard" },
            { id: "more", label: "More" },
          ]}
        />
        <RadioGroup
          label="Motion"
          look="segments"
          value={appearance.motion}
          onChange={(motion) => change({ motion: motion as Appearance["motion"] })}
          options={[
            { id: "system", label: "As the system" },
            { id: "reduced", label: "Reduced" },
            { id: "full", label: "Full" },
          ]}
        />
        <RadioGroup
          label="Density"
          look="segments"
          value={appearance.density}
          onChange={(density) => change({ density: density as Appearance["density"] })}
          options={[
            { id: "compact", label: "Compact" },
            { id: "normal", label: "Normal" },
            { id: "comfortable", label: "Comfortable" },
          ]}
        />
      </div>
    </Section>
  );
}
