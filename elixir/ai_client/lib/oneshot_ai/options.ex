defmodule OneshotAI.Options do
  @moduledoc false
  # Options are declared once, as `{name, {type, description}}`, and both checked and documented
  # from that. An undeclared name is a mistake in the program, so it raises, with a suggestion.

  @type type ::
          :string
          | :string_or_atom
          | :count
          | :milliseconds
          | :boolean
          | :module
          | :resume
          | :keyword
          | :map
          | {:in, [term()]}
          | :any
  @type schema :: [{atom(), {type(), String.t()}}]

  @doc """
  The options that are not nil. Raises for an undeclared name and for a value of the wrong type.
  `owner` names the function or the settings in messages. `settings` are names that belong to the
  client and not here.
  """
  @spec validate!(keyword(), schema(), String.t(), [atom()]) :: keyword()
  def validate!(opts, schema, owner, settings \\ []) do
    if not Keyword.keyword?(opts),
      do: raise(ArgumentError, "the options of #{owner} must be a keyword list")

    for {name, value} <- opts, value != nil do
      case Keyword.fetch(schema, name) do
        {:ok, {type, _description}} ->
          check!(type, name, value, owner)

        :error ->
          hint = if name in settings, do: point_to_client(name), else: suggest(name, schema)
          raise(ArgumentError, "#{owner} has no option #{inspect(name)}#{hint}")
      end

      {name, value}
    end
  end

  @doc "The declared options as a Markdown list."
  @spec docs(schema()) :: String.t()
  def docs(schema) do
    Enum.map_join(schema, "\n", fn {name, {_type, description}} ->
      "  * `#{inspect(name)}` - #{description}"
    end)
  end

  # The message leaves the value out: it may be a secret.
  defp check!(type, name, value, owner) do
    if not valid?(type, value),
      do: raise(ArgumentError, "the option #{inspect(name)} of #{owner} must be #{expected(type)}")
  end

  defp valid?(:string, value), do: is_binary(value)

  defp valid?(:string_or_atom, value),
    do: is_binary(value) or (is_atom(value) and not is_boolean(value))

  defp valid?(:count, value), do: is_integer(value) and value > 0
  defp valid?(:milliseconds, value), do: value == :infinity or (is_integer(value) and value > 0)
  defp valid?(:boolean, value), do: is_boolean(value)
  defp valid?(:resume, value), do: is_boolean(value) or (is_integer(value) and value > 0)
  defp valid?(:module, value), do: is_atom(value)
  defp valid?(:keyword, value), do: Keyword.keyword?(value)
  defp valid?(:map, value), do: is_map(value) or Keyword.keyword?(value)
  defp valid?({:in, values}, value), do: value in values
  defp valid?(:any, _value), do: true

  defp expected(:string), do: "a string"
  defp expected(:string_or_atom), do: "a string or an atom"
  defp expected(:count), do: "an integer above zero"
  defp expected(:milliseconds), do: "a number of milliseconds above zero, or :infinity"
  defp expected(:boolean), do: "true or false"
  defp expected(:resume), do: "true, false or a number of milliseconds above zero"
  defp expected(:module), do: "a module"
  defp expected(:keyword), do: "a keyword list"
  defp expected(:map), do: "a map or a keyword list"
  defp expected({:in, values}), do: Enum.map_join(values, " or ", &inspect/1)

  defp point_to_client(name),
    do:
      "; it is a setting of the client: config :oneshot_ai, #{name}: … " <>
        "or client: OneshotAI.Client.new(#{name}: …)"

  defp suggest(name, schema) do
    text = Atom.to_string(name)

    {best, _} =
      Enum.max_by(schema, fn {known, _} -> String.jaro_distance(text, Atom.to_string(known)) end)

    if String.jaro_distance(text, Atom.to_string(best)) > 0.8,
      do: "; did you mean #{inspect(best)}?",
      else: ""
  end
end
