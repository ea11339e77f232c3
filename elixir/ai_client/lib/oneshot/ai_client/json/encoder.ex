defmodule Oneshot.AIClient.JSON.Encoder do
  @moduledoc false
  # Term → JSON (RFC 8259). Structs but for dates are refused: what is to be said of them only the caller knows.

  @spec encode!(term()) :: String.t()
  def encode!(term), do: term |> value() |> IO.iodata_to_binary()

  defp value(nil), do: "null"
  defp value(true), do: "true"
  defp value(false), do: "false"
  defp value(atom) when is_atom(atom), do: string(Atom.to_string(atom))
  defp value(text) when is_binary(text), do: string(text)
  defp value(number) when is_integer(number), do: Integer.to_string(number)
  defp value(number) when is_float(number), do: :erlang.float_to_binary(number, [:short])
  defp value([]), do: "[]"
  defp value([first | rest]), do: [?[, value(first), Enum.map(rest, &[?,, value(&1)]), ?]]

  # As Elixir's JSON and Jason write them.
  defp value(%module{} = at) when module in [Date, Time, NaiveDateTime, DateTime], do: string(module.to_iso8601(at))
  defp value(%{__struct__: module}), do: raise(ArgumentError, "#{inspect(module)} cannot be encoded; make it a map")

  defp value(%{} = map) do
    members = for {key, item} <- map, do: [string(to_key(key)), ?:, value(item)]
    [?{, Enum.intersperse(members, ?,), ?}]
  end

  # The term itself may be what must not be in a log.
  defp value(_other), do: raise(ArgumentError, "only maps, lists, texts, numbers, atoms and nil can be encoded as JSON")

  defp to_key(key) when is_binary(key), do: key
  defp to_key(key) when is_atom(key), do: Atom.to_string(key)
  defp to_key(key) when is_integer(key), do: Integer.to_string(key)
  defp to_key(_key), do: raise(ArgumentError, "an object's keys must be texts or atoms")

  defp string(text) do
    if not String.valid?(text), do: raise(ArgumentError, "a text is not valid UTF-8")
    [?", escape(text, text, 0, 0), ?"]
  end

  # Texts are cut only where something must be escaped: `from` and `length` are the run that needs nothing.
  defp escape(<<byte, rest::binary>>, text, from, length) when byte in [?", ?\\] or byte < 0x20 do
    [binary_part(text, from, length), escape_byte(byte) | escape(rest, text, from + length + 1, 0)]
  end

  defp escape(<<_byte, rest::binary>>, text, from, length), do: escape(rest, text, from, length + 1)
  defp escape(<<>>, text, from, length), do: [binary_part(text, from, length)]

  defp escape_byte(?"), do: "\\\""
  defp escape_byte(?\\), do: "\\\\"
  defp escape_byte(?\n), do: "\\n"
  defp escape_byte(?\r), do: "\\r"
  defp escape_byte(?\t), do: "\\t"
  defp escape_byte(byte), do: ["\\u00", byte |> Integer.to_string(16) |> String.pad_leading(2, "0")]
end
