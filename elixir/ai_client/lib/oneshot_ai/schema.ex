defmodule OneshotAI.Schema do
  @moduledoc """
  Schemas for `OneshotAI.chat_object/4` and for the parameters of `OneshotAI.Tool`.

  ## A keyword list

      [name: :string, age: [type: :integer, doc: "In years.", required: false]]

  Types: `:string`, `:integer`, `:number`, `:boolean`, `:map`, `{:array, type}`, `{:enum, values}`
  and `{:object, keyword}`. Fields are required unless they say otherwise, and others are not
  allowed.

  ## A JSON Schema

      %{type: "object", properties: %{name: %{type: "string"}}, required: ["name"]}

  The client checks `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`,
  `items`, `anyOf`, `oneOf`, `allOf`, `$ref` to `#/$defs/…`, and the limits of numbers, strings and
  lists. Other keywords are left to the vendor.

  ## An Ecto schema

      defmodule Person do
        use Ecto.Schema
        import Ecto.Changeset

        @primary_key false
        embedded_schema do
          field :name, :string
          field :age, :integer
        end

        def changeset(person, params) do
          person
          |> cast(params, [:name, :age])
          |> validate_required([:name])
          |> validate_number(:age, greater_than: 0)
        end
      end

  The object is then a `%Person{}`. `changeset/2` validates it if the module has one; otherwise all
  fields are cast. Primary keys and timestamps are left out.
  """

  alias OneshotAI.JSON
  alias OneshotAI.Schema.{EctoSchema, Validator}

  @type t :: map() | keyword() | module()

  @doc """
  The schema as a JSON Schema with string keys.

      iex> OneshotAI.Schema.to_json_schema(tags: {:array, :string})
      %{
        "type" => "object",
        "properties" => %{"tags" => %{"type" => "array", "items" => %{"type" => "string"}}},
        "required" => ["tags"],
        "additionalProperties" => false
      }
  """
  @spec to_json_schema(t()) :: map()
  def to_json_schema(fields) when is_list(fields) do
    # A JSON Schema may be written as a keyword list too.
    if fields[:type] in ["object", :object] or is_map(fields[:properties]),
      do: fields |> Map.new() |> to_json_schema(),
      else: object(fields)
  end

  def to_json_schema(module) when is_atom(module) and module != nil,
    do: EctoSchema.to_json_schema(module)

  def to_json_schema(%{} = schema) do
    # As the vendor receives it: string keys, atoms as strings.
    {:ok, schema} = schema |> JSON.normalize() |> JSON.encode!() |> JSON.decode()
    schema
  end

  @doc """
  What is wrong with a value, as sentences without a full stop; `[]` if nothing is.

      iex> OneshotAI.Schema.errors(%{"age" => "12"}, name: :string, age: :integer)
      ["age must be an integer", "name is missing"]
  """
  @spec errors(term(), t() | nil) :: [String.t()]
  def errors(_value, nil), do: []
  def errors(value, schema), do: Validator.errors(value, to_json_schema(schema))

  @doc false
  # A decoded value → the object, or what is wrong with it.
  @spec load(term(), t()) :: {:ok, term()} | {:error, [String.t()]}
  def load(value, schema) do
    case errors(value, schema) do
      [] when is_atom(schema) -> EctoSchema.load(value, schema)
      [] -> {:ok, value}
      errors -> {:error, errors}
    end
  end

  defp object(fields) do
    fields = for {name, spec} <- fields, do: {to_string(name), field(spec)}

    %{
      "type" => "object",
      "properties" => Map.new(fields, fn {name, {schema, _required?}} -> {name, schema} end),
      "required" => for({name, {_schema, true}} <- fields, do: name),
      "additionalProperties" => false
    }
  end

  defp field(spec) when is_list(spec) do
    schema = spec |> Keyword.fetch!(:type) |> type()
    schema = if doc = spec[:doc], do: Map.put(schema, "description", doc), else: schema
    {schema, Keyword.get(spec, :required, true)}
  end

  defp field(type), do: {type(type), true}

  defp type(:map), do: %{"type" => "object"}
  defp type(:float), do: %{"type" => "number"}

  defp type(name) when name in [:string, :integer, :number, :boolean],
    do: %{"type" => to_string(name)}

  defp type({:array, item}), do: %{"type" => "array", "items" => type(item)}
  defp type({:enum, values}), do: %{"enum" => Enum.map(values, &enum_value/1)}
  defp type({:object, fields}), do: object(fields)

  defp type(other) do
    raise ArgumentError,
          "#{inspect(other)} is not a type of a schema: use :string, :integer, :number, :boolean, :map, " <>
            "{:array, type}, {:enum, values} or {:object, fields}"
  end

  defp enum_value(value) when is_atom(value) and value not in [nil, true, false],
    do: to_string(value)

  defp enum_value(value), do: value
end
