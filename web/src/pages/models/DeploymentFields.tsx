import { useQuery } from "@tanstack/react-query";

import { Button } from "@/kit/Button";
import { ComboBox } from "@/kit/ComboBox";
import { IconButton } from "@/kit/IconButton";
import { NumberField } from "@/kit/NumberField";
import { Select } from "@/kit/Select";
import { type DeploymentDraft, newDeployment } from "@/pages/models/alias";
import { modelsQuery } from "@/pages/models/model";
import { providersQuery } from "@/pages/providers/provider";

interface DeploymentFieldsProps {
  deployments: readonly DeploymentDraft[];
  onChange: (deployments: DeploymentDraft[]) => void;
  /** Whether weights count. */
  weighed: boolean;
}

/** The deployments behind an alias, in order: added, moved by buttons, and taken away. */
export function DeploymentFields({ deployments, onChange, weighed }: DeploymentFieldsProps) {
  const providers = useQuery(providersQuery).data?.data ?? [];
  const models = useQuery(modelsQuery).data?.data ?? [];
  const known = (provider: string) =>
    models
      .filter((model) => model.kind !== "alias" && model.deployments[0]?.provider === provider)
      .map((model) => model.deployments[0]?.model ?? "")
      .filter((name, place, all) => all.indexOf(name) === place);
  const set = (id: number, part: Partial<DeploymentDraft>) => onChange(deployments.map((one) => (one.id === id ? { ...one, ...part } : one)));
  const move = (place: number, by: number) => {
    const next = [...deployments];
    const [one] = next.splice(place, 1);
    if (one !== undefined) next.splice(place + by, 0, one);
    onChange(next);
  };
  return (
    <fieldset className="alias-deployments">
      <legend>Deployments, in order of preference</legend>
      {deployments.map((one, place) => (
        <div key={one.id} className="alias-deployment" role="group" aria-label={`Deployment ${place + 1}`}>
          <Select
            label="Provider"
            name={`deployments[${place}].provider`}
            options={providers.map((provider) => ({ id: provider.name, label: provider.name }))}
            value={one.provider === "" ? null : one.provider}
            onChange={(provider) => set(one.id, { provider })}
            isRequired
          />
          <ComboBox
            label="Model"
            name={`deployments[${place}].model`}
            options={known(one.provider).map((id) => ({ id, label: id }))}
            inputValue={one.model}
            onInputChange={(model) => set(one.id, { model })}
            onChange={(id) => id !== null && set(one.id, { model: id })}
            allowsCustomValue
            isRequired
            mono
            empty="Not in the catalogue: type its name at the provider."
          />
          {weighed ? (
            <NumberField label="Weight" name={`deployments[${place}].weight`} value={one.weight} onChange={(weight) => set(one.id, { weight })} minValue={1} />
          ) : (
            <span />
          )}
          <span className="alias-deployment__deeds">
            <IconButton icon="arrowUp" label={`Move deployment ${place + 1} up`} isDisabled={place === 0} onPress={() => move(place, -1)} />
            <IconButton icon="arrowDown" label={`Move deployment ${place + 1} down`} isDisabled={place === deployments.length - 1} onPress={() => move(place, 1)} />
            <IconButton icon="trash" label={`Take deployment ${place + 1} away`} isDisabled={deployments.length === 1} onPress={() => onChange(deployments.filter((each) => each.id !== one.id))} />
          </span>
        </div>
      ))}
      <Button size="sm" icon="add" onPress={() => onChange([...deployments, newDeployment(Math.max(...deployments.map((one) => one.id)) + 1)])}>
        Add a deployment
      </Button>
    </fieldset>
  );
}
