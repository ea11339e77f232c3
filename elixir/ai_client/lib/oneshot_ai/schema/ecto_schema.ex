defmodule OneshotAI.Schema.EctoSchema do
  @moduledoc false
  # Ecto schemas, through their documented reflection (`__schema__/1`). Ecto is called by name, as
  # this library does not depend on it.

  @formats %{
    date: "date",
    time: "time",
    time_usec: "time",
    utc_datetime: "date-time",
    utc_datetime_usec: "date-time",
    naive_datetime: "date-time",
    naive_datetime_usec: "date-time"
  }

  @spec to_json_schema(module()) :: map()
  def to_json_schema(module) do
    check!(module)
    embeds = module.__schema__(:embeds)
    fields = (module.__schema__(:fields) -- embeds) -- generated(module)

    properties =
      for(field <- fields, do: {to_string(field), type(module, field)}) ++
        for field <- embeds, do: {to_string(field), embed(module.__schema__(:embed, field))}

    %{
      "type" => "object",
      "properties" => Map.new(properties),
      # `changeset/2` decides what may be absent; the model writes null for what it does not know.
      "required" => Enum.map(properties, &elem(&1, 0)),
      "additionalProperties" => false
    }
  end

  @spec load(map(), module()) :: {:ok, struct()} | {:error, [String.t()]}
  def load(params, module) do
    changeset = changeset(struct(module), params, module)

    case apply(Ecto.Changeset, :apply_action, [changeset, :insert]) do
      {:ok, struct} -> {:ok, struct}
      {:error, changeset} -> {:error, messages(changeset)}
    end
  end

  defp check!(module) do
    if not (Code.ensure_loaded?(module) and function_exported?(module, :__schema__, 1)),
      do: raise(ArgumentError, "#{inspect(module)} is not an Ecto schema")
  end

  defp generated(module) do
    timestamps =
      for {fields, _generator} <- module.__schema__(:autogenerate),
          field <- List.wrap(fields),
          do: field

    module.__schema__(:primary_key) ++ timestamps
  end

  defp type(module, field), do: nullable(type(module.__schema__(:type, field), module, field))

  defp type(:boolean, _module, _field), do: %{"type" => "boolean"}
  defp type(:integer, _module, _field), do: %{"type" => "integer"}
  defp type(type, _module, _field) when type in [:float, :decimal], do: %{"type" => "number"}
  defp type(:map, _module, _field), do: %{"type" => "object"}
  defp type({:map, _inner}, _module, _field), do: %{"type" => "object"}

  defp type({:array, inner}, module, field) do
    %{"type" => "array", "items" => type(inner, module, field)}
  end

  defp type(type, _module, _field) when is_map_key(@formats, type) do
    %{"type" => "string", "format" => @formats[type]}
  end

  # Parameterized types have had two shapes; only Ecto.Enum has a closed list of values.
  defp type(type, module, field) when is_tuple(type) and elem(type, 0) == :parameterized do
    if inspect(type) =~ "Ecto.Enum",
      do: %{"enum" => Enum.map(apply(Ecto.Enum, :values, [module, field]), &to_string/1)},
      else: %{}
  end

  defp type(_other, _module, _field), do: %{"type" => "string"}

  defp nullable(%{"type" => type} = schema), do: %{schema | "type" => [type, "null"]}
  defp nullable(%{"enum" => values} = schema), do: %{schema | "enum" => values ++ [nil]}
  defp nullable(schema), do: schema

  defp embed(%{cardinality: :many, related: module}) do
    %{"type" => "array", "items" => to_json_schema(module)}
  end

  defp embed(%{related: module}), do: nullable(to_json_schema(module))

  defp changeset(struct, params, module) do
    if function_exported?(module, :changeset, 2) do
      module.changeset(struct, params)
    else
      embeds = module.__schema__(:embeds)
      fields = (module.__schema__(:fields) -- embeds) -- generated(module)
      changeset = apply(Ecto.Changeset, :cast, [struct, params, fields])

      Enum.reduce(embeds, changeset, fn embed, changeset ->
        %{related: related} = module.__schema__(:embed, embed)
        with_fun = [with: &changeset(&1, &2, related)]
        apply(Ecto.Changeset, :cast_embed, [changeset, embed, with_fun])
      end)
    end
  end

  defp messages(changeset) do
    apply(Ecto.Changeset, :traverse_errors, [changeset, &interpolate/1]) |> flatten("")
  end

  defp interpolate({message, opts}) do
    Enum.reduce(opts, message, fn {name, value}, message ->
      String.replace(message, "%{#{name}}", fn _ ->
        if is_list(value), do: inspect(value), else: to_string(value)
      end)
    end)
  end

  defp flatten(%{} = errors, path) do
    Enum.flat_map(errors, fn {field, inner} -> flatten(inner, path <> to_string(field) <> ".") end)
  end

  defp flatten(messages, path) when is_list(messages) do
    messages
    |> Enum.with_index()
    |> Enum.flat_map(fn
      {%{} = errors, index} -> flatten(errors, String.trim_trailing(path, ".") <> "[#{index}].")
      {message, _index} -> [String.trim_trailing(path, ".") <> " " <> message]
    end)
  end
end
