defmodule Oneshot.AIClient.Options do
  @moduledoc false
  # Options are declared once, as `{name, {type, description}}`: what is checked is what is documented. A name that is not
  # declared is a mistake in the program, so it raises, and says which was meant.

  @type type :: :text | :text_or_atom | :count | :milliseconds | :boolean | :module | :keyword | :map | :any
  @type schema :: [{atom(), {type(), String.t()}}]

  @doc "The options that are not nil; raises for a name that is not declared, and for a value of the wrong type."
  @spec validate!(keyword(), schema(), String.t()) :: keyword()
  def validate!(opts, schema, where) do
    if not Keyword.keyword?(opts), do: raise(ArgumentError, "the options of #{where} must be a keyword list")

    for {name, value} <- opts, value != nil do
      case Keyword.fetch(schema, name) do
        {:ok, {type, _description}} -> check!(type, name, value, where)
        :error -> raise(ArgumentError, "#{where} has no option #{inspect(name)}#{suggest(name, schema)}")
      end

      {name, value}
    end
  end

  @doc "The declared options as a Markdown list."
  @spec docs(schema()) :: String.t()
  def docs(schema) do
    Enum.map_join(schema, "\n", fn {name, {_type, description}} -> "  * `#{inspect(name)}` - #{description}" end)
  end

  # The value is not told: it may be a secret.
  defp check!(type, name, value, where) do
    if not type?(type, value),
      do: raise(ArgumentError, "the option #{inspect(name)} of #{where} must be #{expected(type)}")
  end

  defp type?(:text, value), do: is_binary(value)
  defp type?(:text_or_atom, value), do: is_binary(value) or (is_atom(value) and not is_boolean(value))
  defp type?(:count, value), do: is_integer(value) and value > 0
  defp type?(:milliseconds, value), do: value == :infinity or (is_integer(value) and value > 0)
  defp type?(:boolean, value), do: is_boolean(value)
  defp type?(:module, value), do: is_atom(value)
  defp type?(:keyword, value), do: Keyword.keyword?(value)
  defp type?(:map, value), do: is_map(value) or Keyword.keyword?(value)
  defp type?(:any, _value), do: true

  defp expected(:text), do: "a text"
  defp expected(:text_or_atom), do: "a text or an atom"
  defp expected(:count), do: "a whole number above zero"
  defp expected(:milliseconds), do: "a number of milliseconds above zero, or :infinity"
  defp expected(:boolean), do: "true or false"
  defp expected(:module), do: "a module"
  defp expected(:keyword), do: "a keyword list"
  defp expected(:map), do: "a map or a keyword list"

  defp suggest(name, schema) do
    text = Atom.to_string(name)
    {best, _} = Enum.max_by(schema, fn {known, _} -> String.jaro_distance(text, Atom.to_string(known)) end)
    if String.jaro_distance(text, Atom.to_string(best)) > 0.8, do: "; did you mean #{inspect(best)}?", else: ""
  end
end
