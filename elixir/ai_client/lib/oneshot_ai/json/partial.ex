defmodule OneshotAI.JSON.Partial do
  @moduledoc false
  # What is certain of JSON that is still being written: complete members and items, and strings as
  # far as they go. Numbers and literals count only once something follows them.

  alias OneshotAI.JSON

  @spec decode(String.t()) :: {:ok, term()} | :error
  def decode(text) do
    case value(skip(text)) do
      {state, value, _rest} when state in [:complete, :partial] -> {:ok, value}
      :nothing -> :error
    end
  end

  # → {:complete, value, rest} | {:partial, value, ""} | :nothing
  defp value("{" <> rest), do: object(skip(rest), %{})
  defp value("[" <> rest), do: array(skip(rest), [])
  defp value("\"" <> rest), do: string(rest)

  defp value(text) do
    with [literal] <- Regex.run(~r/\A[-+.\w]+/, text),
         rest when rest != "" <- after_prefix(text, literal),
         {:ok, value} <- JSON.decode(literal) do
      {:complete, value, rest}
    else
      _incomplete_or_invalid -> :nothing
    end
  end

  defp object("}" <> rest, members), do: {:complete, members, rest}

  defp object("\"" <> rest, members) do
    with {:complete, name, rest} <- string(rest),
         ":" <> rest <- skip(rest) do
      case value(skip(rest)) do
        {:complete, value, rest} -> object_next(skip(rest), Map.put(members, name, value))
        {:partial, value, _rest} -> {:partial, Map.put(members, name, value), ""}
        :nothing -> {:partial, members, ""}
      end
    else
      _incomplete -> {:partial, members, ""}
    end
  end

  defp object(_incomplete, members), do: {:partial, members, ""}

  defp object_next("," <> rest, members), do: object(skip(rest), members)
  defp object_next("}" <> rest, members), do: {:complete, members, rest}
  defp object_next(_incomplete, members), do: {:partial, members, ""}

  defp array("]" <> rest, items), do: {:complete, Enum.reverse(items), rest}

  defp array(text, items) do
    case value(text) do
      {:complete, value, rest} -> array_next(skip(rest), [value | items])
      {:partial, value, _rest} -> {:partial, Enum.reverse([value | items]), ""}
      :nothing -> {:partial, Enum.reverse(items), ""}
    end
  end

  defp array_next("," <> rest, items), do: array(skip(rest), items)
  defp array_next("]" <> rest, items), do: {:complete, Enum.reverse(items), rest}
  defp array_next(_incomplete, items), do: {:partial, Enum.reverse(items), ""}

  defp string(text) do
    [raw] = Regex.run(~r/\A(?:[^"\\]|\\.)*/su, text)

    case after_prefix(text, raw) do
      "\"" <> rest -> {:complete, unescape(raw), rest}
      _incomplete -> {:partial, unescape(raw), ""}
    end
  end

  # The last escape may be incomplete: `\u00`, or the first half of a surrogate pair.
  defp unescape(raw) do
    with {:error, _reason} <- JSON.decode(~s("#{raw}")) do
      cut = Regex.replace(~r/\\u[0-9A-Fa-f]{0,4}(?:\\u?[0-9A-Fa-f]{0,3})?\z/, raw, "")
      if cut == raw, do: {:ok, ""}, else: {:ok, unescape(cut)}
    end
    |> elem(1)
  end

  defp after_prefix(text, prefix) do
    binary_part(text, byte_size(prefix), byte_size(text) - byte_size(prefix))
  end

  defp skip(text), do: String.trim_leading(text)
end
