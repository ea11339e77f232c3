defmodule Oneshot.Web.Connection do
  @moduledoc false
  # One connection: one request, one answer. OTP's parser reads the head.

  require Logger

  alias Oneshot.Web.{Request, Router}

  @head_ms 10_000
  @body_ms 30_000
  @max_headers 100
  @max_body 1_000_000

  @reasons %{
    200 => "OK",
    400 => "Bad Request",
    401 => "Unauthorized",
    403 => "Forbidden",
    404 => "Not Found",
    405 => "Method Not Allowed",
    408 => "Request Timeout",
    413 => "Content Too Large",
    415 => "Unsupported Media Type",
    503 => "Service Unavailable"
  }

  @spec serve(:gen_tcp.socket()) :: :ok
  def serve(socket) do
    started = System.monotonic_time(:millisecond)

    case read(socket, started + @head_ms) do
      {:ok, request} ->
        status = request |> Router.answer(socket) |> write(request, socket)

        Logger.info(
          "#{request.method} #{request.path} #{status} #{System.monotonic_time(:millisecond) - started} ms"
        )

      {:error, status} when is_integer(status) ->
        respond(socket, {:whole, status, "text/plain; charset=utf-8", "", []})

      {:error, _gone} ->
        :ok
    end

    finish(socket)
  end

  # Closing while the caller still sends would lose the answer. So close only our side, and read the
  # rest.
  defp finish(socket) do
    :gen_tcp.shutdown(socket, :write)
    _rest = :gen_tcp.recv(socket, 0, 500)
    :gen_tcp.close(socket)
  end

  defp read(socket, deadline) do
    :ok = :inet.setopts(socket, packet: :http_bin, packet_size: 8_192)

    with {:ok, {:http_request, method, {:abs_path, target}, _version}} <-
           :gen_tcp.recv(socket, 0, left(deadline)),
         {:ok, headers} <- read_headers(socket, %{}, deadline),
         {:ok, body} <- read_body(socket, headers) do
      path = target |> String.split("?") |> hd()
      {:ok, %Request{method: to_string(method), path: path, headers: headers, body: body}}
    else
      {:ok, _not_a_request} -> {:error, 400}
      {:error, :timeout} -> {:error, 408}
      {:error, reason} -> {:error, reason}
    end
  end

  defp read_headers(_socket, headers, _deadline) when map_size(headers) > @max_headers,
    do: {:error, 400}

  defp read_headers(socket, headers, deadline) do
    case :gen_tcp.recv(socket, 0, left(deadline)) do
      {:ok, {:http_header, _, name, _, value}} ->
        read_headers(
          socket,
          Map.put(headers, name |> to_string() |> String.downcase(), value),
          deadline
        )

      {:ok, :http_eoh} ->
        {:ok, headers}

      {:ok, {:http_error, _line}} ->
        {:error, 400}

      {:error, reason} ->
        {:error, reason}
    end
  end

  defp read_body(socket, headers) do
    :ok = :inet.setopts(socket, packet: :raw)

    case Integer.parse(headers["content-length"] || "0") do
      {0, ""} -> if headers["transfer-encoding"], do: {:error, 400}, else: {:ok, ""}
      {length, ""} when length in 1..@max_body -> :gen_tcp.recv(socket, length, @body_ms)
      {length, ""} when length > @max_body -> {:error, 413}
      _malformed -> {:error, 400}
    end
  end

  defp left(deadline), do: max(deadline - System.monotonic_time(:millisecond), 0)

  defp write({:streamed, status}, _request, _socket), do: status

  defp write(answer, %Request{method: "HEAD"}, socket), do: respond(socket, answer, body?: false)
  defp write(answer, _request, socket), do: respond(socket, answer)

  defp respond(socket, {:whole, status, type, body, headers}, opts \\ [body?: true]) do
    length = body |> IO.iodata_length() |> Integer.to_string()
    head = head(status, type, [{"content-length", length} | headers])
    # Whether the caller is still there does not matter any more.
    _result = :gen_tcp.send(socket, if(opts[:body?], do: [head, body], else: head))
    status
  end

  @doc "Begins an answer that ends with the connection."
  @spec begin(:gen_tcp.socket(), pos_integer(), String.t()) :: :ok | {:error, term()}
  def begin(socket, status, type),
    do: :gen_tcp.send(socket, head(status, type, [{"x-accel-buffering", "no"}]))

  defp head(status, type, headers) do
    common = [
      {"content-type", type},
      {"cache-control", "no-store"},
      {"x-content-type-options", "nosniff"},
      {"referrer-policy", "no-referrer"},
      {"connection", "close"}
    ]

    [
      "HTTP/1.1 #{status} #{@reasons[status]}\r\n",
      for({name, value} <- common ++ headers, do: "#{name}: #{value}\r\n"),
      "\r\n"
    ]
  end
end
