import { ErrorNote } from "@/kit/ErrorNote";
import { Loading } from "@/kit/Loading";
import { Select } from "@/kit/Select";
import { Sample } from "@/pages/kit/Sample";
import { ReportCard } from "@/theme/ReportCard";
import { useThemes } from "@/theme/themes";
import { useAppearance } from "@/theme/useAppearance";

/** A theme to try on, and its report card. */
export function ThemeCard() {
  const themes = useThemes();
  const { appearance, change } = useAppearance();
  return (
    <Sample name="Theme" lead="Wear another one, and see how well it can be read." look="block">
      {themes.isPending && <Loading label="Loading themes" lines={2} />}
      {themes.isError && <ErrorNote error={themes.error} title="The themes could not be loaded." onRetry={() => void themes.refetch()} />}
      {themes.isSuccess && (
        <Select
          label="Theme"
          value={appearance.theme}
          onChange={(theme) => change({ theme })}
          options={themes.data.data.filter((theme) => theme.href !== null).map(({ name, title, description }) => ({ id: name, label: title, description }))}
        />
      )}
      <ReportCard name={appearance.theme} />
    </Sample>
  );
}
