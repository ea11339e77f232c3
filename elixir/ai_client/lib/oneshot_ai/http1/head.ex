defmodule OneshotAI.HTTP1.Head do
  @moduledoc false
  # The head of a request and of a response (RFC 9112 §3 to §5).

  alias OneshotAI.Transport.Request

  @max_bytes 65_536

  @doc "The request without its body, with `extra` headers."
  @spec encode(Request.t(), [{String.t(), String.t()}]) :: iodata()
  def encode(%Request{url: url} = request, extra \\ []) do
    length =
      if request.method == :post,
        do: [{"content-length", request.body |> IO.iodata_length() |> to_string()}],
        else: []

    headers =
      [{"host", host(url)}] ++ request.headers ++ length ++ extra ++ [{"connection", "close"}]

    [
      method(request.method),
      " ",
      target(url),
      " HTTP/1.1\r\n",
      Enum.map(headers, &header/1),
      "\r\n"
    ]
  end

  defp target(%URI{path: path, query: nil}), do: path || ""
  defp target(%URI{path: path, query: query}), do: [path || "", "?", query]

  defp method(:get), do: "GET"
  defp method(:post), do: "POST"
  defp method(:delete), do: "DELETE"

  defp host(%URI{host: host, port: port, scheme: scheme}) do
    host = if String.contains?(host, ":"), do: "[" <> host <> "]", else: host
    if port == URI.default_port(scheme), do: host, else: "#{host}:#{port}"
  end

  defp header({name, value}) do
    # A line break would start another header.
    if value =~ ~r/[\r\n\0]/,
      do: raise(ArgumentError, "the value of the header #{name} has a line break in it")

    [name, ": ", value, "\r\n"]
  end

  @doc "The status, the headers and the bytes after them, once complete. Skips interim responses (1xx)."
  @spec decode(binary()) ::
          :more | {:ok, pos_integer(), [{String.t(), String.t()}], binary()} | {:error, String.t()}
  def decode(buffer) do
    case :binary.split(buffer, "\r\n\r\n") do
      [_incomplete] when byte_size(buffer) > @max_bytes -> {:error, "Its headers are too long."}
      [_incomplete] -> :more
      [head, rest] -> decode_head(head, rest)
    end
  end

  defp decode_head(head, rest) do
    [status_line | lines] = :binary.split(head, "\r\n", [:global])

    with {:ok, status} <- decode_status(status_line),
         {:ok, headers} <- decode_headers(lines, []) do
      if status < 200, do: decode(rest), else: {:ok, status, headers, rest}
    end
  end

  defp decode_status(<<"HTTP/1.", minor, " ", digits::binary-size(3), rest::binary>>)
       when minor in ?0..?1 and (rest == "" or binary_part(rest, 0, 1) == " ") do
    case Integer.parse(digits) do
      {status, ""} when status in 100..599 -> {:ok, status}
      _other -> {:error, "It has no HTTP status."}
    end
  end

  defp decode_status(_line), do: {:error, "It is not HTTP/1.1."}

  defp decode_headers([], headers), do: {:ok, Enum.reverse(headers)}

  defp decode_headers([line | lines], headers) do
    with [name, value] <- :binary.split(line, ":"),
         true <- name =~ ~r/\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z/ do
      decode_headers(lines, [{String.downcase(name, :ascii), String.trim(value)} | headers])
    else
      _malformed -> {:error, "One of its headers is malformed."}
    end
  end
end
