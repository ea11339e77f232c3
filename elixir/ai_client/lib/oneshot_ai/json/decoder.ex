defmodule OneshotAI.JSON.Decoder do
  @moduledoc false
  # JSON (RFC 8259) → term, strictly. If two members have one name, the last wins.

  @max_depth 512

  @type error :: {:unexpected_end, non_neg_integer()} | {:unexpected, non_neg_integer()}

  @spec decode(binary()) :: {:ok, term()} | {:error, error()}
  def decode(text) when is_binary(text) do
    {value, rest} = text |> skip() |> value(0)

    case skip(rest) do
      "" -> {:ok, value}
      rest -> {:error, {:unexpected, byte_size(text) - byte_size(rest)}}
    end
  catch
    {:invalid, ""} -> {:error, {:unexpected_end, byte_size(text)}}
    {:invalid, rest} -> {:error, {:unexpected, byte_size(text) - byte_size(rest)}}
  end

  defp skip(<<byte, rest::binary>>) when byte in [?\s, ?\t, ?\n, ?\r], do: skip(rest)
  defp skip(rest), do: rest

  defp value(rest, depth) when depth > @max_depth, do: throw({:invalid, rest})
  defp value(<<?", rest::binary>>, _depth), do: string(rest, rest, 0, [])
  defp value(<<?{, rest::binary>>, depth), do: object(skip(rest), depth)
  defp value(<<?[, rest::binary>>, depth), do: array(skip(rest), depth)
  defp value(<<"true", rest::binary>>, _depth), do: {true, rest}
  defp value(<<"false", rest::binary>>, _depth), do: {false, rest}
  defp value(<<"null", rest::binary>>, _depth), do: {nil, rest}
  defp value(<<byte, _::binary>> = rest, _depth) when byte in ?0..?9 or byte == ?-, do: number(rest)
  defp value(rest, _depth), do: throw({:invalid, rest})

  defp object(<<?}, rest::binary>>, _depth), do: {%{}, rest}
  defp object(rest, depth), do: members(rest, depth, [])

  defp members(<<?", rest::binary>>, depth, members) do
    {key, rest} = string(rest, rest, 0, [])
    {item, rest} = rest |> skip() |> expect(?:) |> skip() |> value(depth + 1)
    members = [{key, item} | members]

    case skip(rest) do
      <<?,, rest::binary>> -> members(skip(rest), depth, members)
      <<?}, rest::binary>> -> {members |> Enum.reverse() |> Map.new(), rest}
      rest -> throw({:invalid, rest})
    end
  end

  defp members(rest, _depth, _members), do: throw({:invalid, rest})

  defp array(<<?], rest::binary>>, _depth), do: {[], rest}
  defp array(rest, depth), do: items(rest, depth, [])

  defp items(rest, depth, items) do
    {item, rest} = value(rest, depth + 1)

    case skip(rest) do
      <<?,, rest::binary>> -> items(skip(rest), depth, [item | items])
      <<?], rest::binary>> -> {Enum.reverse([item | items]), rest}
      rest -> throw({:invalid, rest})
    end
  end

  defp expect(<<byte, rest::binary>>, byte), do: rest
  defp expect(rest, _byte), do: throw({:invalid, rest})

  # `from` and `length`: the current run of unescaped bytes. `pieces`: everything before it.
  defp string(<<?", rest::binary>>, from, length, []), do: {binary_part(from, 0, length), rest}

  defp string(<<?", rest::binary>>, from, length, pieces) do
    {IO.iodata_to_binary([pieces, binary_part(from, 0, length)]), rest}
  end

  defp string(<<?\\, rest::binary>>, from, length, pieces) do
    {character, rest} = escaped(rest)
    string(rest, rest, 0, [pieces, binary_part(from, 0, length), character])
  end

  defp string(<<byte, rest::binary>>, from, length, pieces) when byte in 0x20..0x7F do
    string(rest, from, length + 1, pieces)
  end

  defp string(<<code::utf8, rest::binary>>, from, length, pieces) when code > 0x7F do
    string(rest, from, length + byte_size(<<code::utf8>>), pieces)
  end

  defp string(rest, _from, _length, _pieces), do: throw({:invalid, rest})

  defp escaped(<<?u, digits::binary-size(4), rest::binary>> = at),
    do: digits |> hex(at) |> unicode(rest, at)

  defp escaped(<<?n, rest::binary>>), do: {?\n, rest}
  defp escaped(<<?", rest::binary>>), do: {?", rest}
  defp escaped(<<?\\, rest::binary>>), do: {?\\, rest}
  defp escaped(<<?/, rest::binary>>), do: {?/, rest}
  defp escaped(<<?t, rest::binary>>), do: {?\t, rest}
  defp escaped(<<?r, rest::binary>>), do: {?\r, rest}
  defp escaped(<<?b, rest::binary>>), do: {?\b, rest}
  defp escaped(<<?f, rest::binary>>), do: {?\f, rest}
  defp escaped(rest), do: throw({:invalid, rest})

  # Characters beyond U+FFFF are pairs of surrogates; one surrogate alone is invalid.
  defp unicode(high, <<?\\, ?u, digits::binary-size(4), rest::binary>>, at)
       when high in 0xD800..0xDBFF do
    case hex(digits, at) do
      low when low in 0xDC00..0xDFFF ->
        {<<0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00)::utf8>>, rest}

      _other ->
        throw({:invalid, at})
    end
  end

  defp unicode(half, _rest, at) when half in 0xD800..0xDFFF, do: throw({:invalid, at})
  defp unicode(code, rest, _at), do: {<<code::utf8>>, rest}

  defp hex(<<a, b, c, d>>, at) do
    Enum.reduce([a, b, c, d], 0, fn
      digit, sum when digit in ?0..?9 -> sum * 16 + digit - ?0
      digit, sum when digit in ?a..?f -> sum * 16 + digit - ?a + 10
      digit, sum when digit in ?A..?F -> sum * 16 + digit - ?A + 10
      _digit, _sum -> throw({:invalid, at})
    end)
  end

  defp number(at) do
    {sign, rest} = take(at, "-")
    {whole, rest} = whole(rest)
    {fraction, rest} = fraction(rest)
    {exponent, rest} = exponent(rest)

    case {fraction, exponent} do
      {"", ""} -> {String.to_integer(sign <> whole), rest}
      {"", _} -> {float(sign <> whole <> ".0" <> exponent, at), rest}
      _fraction -> {float(sign <> whole <> fraction <> exponent, at), rest}
    end
  end

  defp take(<<character, rest::binary>>, <<character>>), do: {<<character>>, rest}
  defp take(rest, _character), do: {"", rest}

  defp whole(<<?0, rest::binary>>), do: {"0", rest}
  defp whole(rest), do: digits(rest)

  defp fraction(<<?., rest::binary>>) do
    {digits, rest} = digits(rest)
    {"." <> digits, rest}
  end

  defp fraction(rest), do: {"", rest}

  defp exponent(<<e, sign, rest::binary>>) when e in [?e, ?E] and sign in [?+, ?-] do
    {digits, rest} = digits(rest)
    {<<?e, sign>> <> digits, rest}
  end

  defp exponent(<<e, rest::binary>>) when e in [?e, ?E] do
    {digits, rest} = digits(rest)
    {"e" <> digits, rest}
  end

  defp exponent(rest), do: {"", rest}

  defp digits(rest) do
    case count_digits(rest, 0) do
      0 -> throw({:invalid, rest})
      length -> {binary_part(rest, 0, length), binary_part(rest, length, byte_size(rest) - length)}
    end
  end

  defp count_digits(<<digit, rest::binary>>, count) when digit in ?0..?9,
    do: count_digits(rest, count + 1)

  defp count_digits(_rest, count), do: count

  # Out of a float's range.
  defp float(text, at) do
    String.to_float(text)
  rescue
    ArgumentError -> throw({:invalid, at})
  end
end
