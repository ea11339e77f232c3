defmodule OneshotAI.JSON.Encoder do
  @moduledoc false
  # Term → JSON (RFC 8259). Encodes the same structs as Elixir's `JSON` and Jason do without help:
  # dates, and those of this client.

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

  defp value(%module{} = at) when module in [Date, Time, NaiveDateTime, DateTime] do
    string(module.to_iso8601(at))
  end

  # As Jason writes it. By name, as this library does not depend on Decimal.
  defp value(%{__struct__: Decimal} = decimal) do
    string(apply(Decimal, :to_string, [decimal]))
  end

  defp value(%module{} = struct) do
    if function_exported?(module, :__json_fields__, 1),
      do: value(module.__json_fields__(struct)),
      else:
        raise(ArgumentError, "#{inspect(module)} cannot be encoded as JSON; make it a map first")
  end

  defp value(%{} = map) do
    members = for {key, item} <- map, do: [string(to_key(key)), ?:, value(item)]
    [?{, Enum.intersperse(members, ?,), ?}]
  end

  # The message names only the kind of term: the term itself may be a secret.
  defp value(other) do
    raise ArgumentError,
          "#{kind(other)} cannot be encoded as JSON, only maps, lists, strings, numbers, atoms and nil"
  end

  defp kind(tuple) when is_tuple(tuple), do: "a tuple of #{tuple_size(tuple)}"
  defp kind(fun) when is_function(fun), do: "a function"
  defp kind(pid) when is_pid(pid), do: "a pid"
  defp kind(reference) when is_reference(reference), do: "a reference"
  defp kind(_other), do: "a term of this kind"

  defp to_key(key) when is_binary(key), do: key
  defp to_key(key) when is_atom(key), do: Atom.to_string(key)
  defp to_key(key) when is_integer(key), do: Integer.to_string(key)
  defp to_key(_key), do: raise(ArgumentError, "an object's keys must be strings, atoms or integers")

  defp string(text) do
    if not String.valid?(text), do: raise(ArgumentError, "a string is not valid UTF-8")
    [?", escape(text, text, 0, 0), ?"]
  end

  # `from` and `length` are the run of bytes so far that needs no escaping.
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
