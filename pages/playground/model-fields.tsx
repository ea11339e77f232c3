/** A model as `GET /models` lists it. */
export interface Model {
  readonly id: string;
  readonly provider: string;
  readonly kind: "chat" | "embedding";
}

/** A provider as `GET /providers` lists it. */
export interface Provider {
  readonly name: string;
  readonly available: boolean;
  readonly default_model: string | null;
}

interface ModelFieldsProps {
  readonly provider: string;
  readonly model: string;
  readonly models: readonly Model[];
  readonly providers: readonly Provider[];
  onChange(changes: { provider?: string; model: string }): void;
}

/** Which model is asked: any that the provider has, not only those of the catalog. */
export function ModelFields({ provider, model, models, providers, onChange }: ModelFieldsProps) {
  const fallback = providers.find(({ name }) => name === provider)?.default_model;
  return (
    <div class="model">
      <label>
        Provider
        <select
          name="provider"
          value={provider}
          onChange={({ currentTarget: { value } }) =>
            onChange({
              provider: value,
              model: providers.find(({ name }) => name === value)?.default_model ?? "",
            })
          }
        >
          {providers.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        Model
        <input
          name="model"
          list="models"
          autocomplete="off"
          spellcheck={false}
          value={model}
          required={fallback === null}
          placeholder={fallback ?? ""}
          onInput={({ currentTarget: { value } }) => onChange({ model: value })}
        />
      </label>
      <datalist id="models">
        {models
          .filter((one) => one.provider === provider)
          .map(({ id }) => (
            <option key={id} value={id} />
          ))}
      </datalist>
    </div>
  );
}
