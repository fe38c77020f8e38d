import { useQuery } from "@tanstack/react-query";

import { api, given } from "@/api/client";
import { ComboBox } from "@/kit/ComboBox";
import { Button } from "@/kit/Button";
import { IconButton } from "@/kit/IconButton";
import { MOST_MODELS } from "@/pages/chat/settings";

const KINDS = { alias: "Aliases", embedded: "Embedded", provider: "Of providers" } as const;

/** The models that can be asked, those that are ready first. */
export function useModels() {
  return useQuery({
    queryKey: ["models"],
    queryFn: () => given(api.GET("/api/models")),
    staleTime: 30_000,
    select: (list) => list.data.toSorted((a, b) => Number(b.state === "ready") - Number(a.state === "ready")),
  });
}

interface ModelsProps {
  models: readonly string[];
  onChange: (models: string[]) => void;
}

/** Which models answer: one, or up to four side by side. */
export function Models({ models, onChange }: ModelsProps) {
  const known = useModels();
  const options = (known.data ?? []).map((one) => ({
    id: one.name,
    label: one.name,
    section: KINDS[one.kind],
    ...(one.state === "ready" ? {} : { description: one.reason }),
  }));
  const named = models.filter((one) => !options.some((option) => option.id === one)).map((one) => ({ id: one, label: one }));
  const put = (place: number, model: string | null): void => {
    if (model !== null) onChange(models.map((one, at) => (at === place ? model : one)));
  };
  const next = options.find((option) => !models.includes(option.id));
  return (
    <div className="chat-models" role="group" aria-label="Models">
      {(models.length === 0 ? [""] : models).map((model, place) => (
        <div key={place} className="chat-models__one">
          <ComboBox
            label={models.length < 2 ? "Model" : `Model ${place + 1}`}
            labelHidden
            placeholder="Choose a model"
            options={[...named, ...options.filter((option) => option.id === model || !models.includes(option.id))]}
            value={model === "" ? null : model}
            onChange={(id) => (models.length === 0 && id !== null ? onChange([id]) : put(place, id))}
          />
          {models.length > 1 && (
            <IconButton icon="close" label={`Without ${model}`} size="sm" onPress={() => onChange(models.filter((_, at) => at !== place))} />
          )}
        </div>
      ))}
      {models.length > 0 && models.length < MOST_MODELS && next !== undefined && (
        <Button size="sm" icon="compare" tone="quiet" onPress={() => onChange([...models, next.id])}>
          Compare
        </Button>
      )}
    </div>
  );
}
