defmodule OneshotAI.HTTP1.Body do
  @moduledoc false
  # Finds the end of a response's body (RFC 9112 §6, §7). Pure functions over the bytes received.

  @max_line 4096

  @typedoc """
  What is expected next: a number of bytes; a chunk's size line (and what has arrived of it), its
  bytes, the line break after it, or the trailers after the last chunk; or everything until the
  connection is closed.
  """
  @type t ::
          {:length, non_neg_integer()}
          | {:chunk_size, binary()}
          | {:chunk, pos_integer()}
          | {:chunk_end, binary()}
          | {:trailers, binary()}
          | :until_closed

  @spec framing(pos_integer(), [{String.t(), String.t()}]) :: {:ok, t()} | {:error, String.t()}
  def framing(status, _headers) when status in [204, 304], do: {:ok, {:length, 0}}

  def framing(_status, headers) do
    case {values(headers, "transfer-encoding"), values(headers, "content-length")} do
      {[], []} ->
        {:ok, :until_closed}

      {[], lengths} ->
        lengths |> Enum.uniq() |> length_framing()

      {[coding], []} ->
        if String.downcase(coding) == "chunked",
          do: {:ok, {:chunk_size, ""}},
          else: {:error, "Its transfer coding is unknown."}

      _both ->
        {:error, "Its length is ambiguous."}
    end
  end

  defp length_framing([text]) do
    if text =~ ~r/\A\d{1,15}\z/,
      do: {:ok, {:length, String.to_integer(text)}},
      else: {:error, "Its length is not a number."}
  end

  defp length_framing(_several), do: {:error, "Its length is ambiguous."}

  defp values(headers, name), do: for({^name, value} <- headers, do: value)

  @doc """
  The body's bytes, and what is expected next; `{:done, bytes}` with the last of them, `:done` if
  the body has ended without any more.
  """
  @spec decode(t(), binary()) ::
          {:ok, binary(), t()} | :done | {:done, binary()} | {:error, String.t()}
  def decode(framing, bytes), do: decode(framing, bytes, [])

  defp decode({:length, length}, bytes, data) when byte_size(bytes) >= length do
    finish([data, binary_part(bytes, 0, length)])
  end

  defp decode({:length, length}, bytes, data),
    do: more({:length, length - byte_size(bytes)}, [data, bytes])

  defp decode(:until_closed, bytes, data), do: more(:until_closed, [data, bytes])

  defp decode({:chunk, size}, bytes, data) when byte_size(bytes) >= size do
    rest = binary_part(bytes, size, byte_size(bytes) - size)
    decode({:chunk_end, ""}, rest, [data, binary_part(bytes, 0, size)])
  end

  defp decode({:chunk, size}, bytes, data),
    do: more({:chunk, size - byte_size(bytes)}, [data, bytes])

  defp decode({:chunk_size, held}, bytes, data) do
    with_line(:chunk_size, held <> bytes, data, fn line, rest ->
      # Extensions follow a semicolon and are ignored.
      case Regex.run(~r/\A([0-9A-Fa-f]{1,15})[ \t]*(?:;|\z)/, line) do
        [_, digits | _] -> chunk(String.to_integer(digits, 16), rest, data)
        nil -> {:error, "A chunk has no size."}
      end
    end)
  end

  defp decode({:chunk_end, held}, bytes, data) do
    with_line(:chunk_end, held <> bytes, data, fn
      "", rest -> decode({:chunk_size, ""}, rest, data)
      _line, _rest -> {:error, "A chunk is longer than its size."}
    end)
  end

  defp decode({:trailers, held}, bytes, data) do
    with_line(:trailers, held <> bytes, data, fn
      "", _rest -> finish(data)
      _trailer, rest -> decode({:trailers, ""}, rest, data)
    end)
  end

  defp chunk(0, bytes, data), do: decode({:trailers, ""}, bytes, data)
  defp chunk(size, bytes, data), do: decode({:chunk, size}, bytes, data)

  defp with_line(state, buffer, data, fun) do
    case :binary.split(buffer, "\r\n") do
      [line, rest] ->
        fun.(line, rest)

      [incomplete] when byte_size(incomplete) > @max_line ->
        {:error, "A line of its framing is too long."}

      [incomplete] ->
        more({state, incomplete}, data)
    end
  end

  defp more(framing, data), do: {:ok, IO.iodata_to_binary(data), framing}

  defp finish(data) do
    case IO.iodata_to_binary(data) do
      "" -> :done
      bytes -> {:done, bytes}
    end
  end

  @doc "What a closed connection means: the body is complete, or broken off."
  @spec closed(t()) :: :done | :broken
  def closed(:until_closed), do: :done
  def closed(_framing), do: :broken
end
