defmodule OneshotAI.HTTP1 do
  @moduledoc """
  HTTP/1.1 over `:gen_tcp` and `:ssl`: the transport if no other is configured.

  It needs no dependency, and it ends calls reliably. The socket belongs to the calling process, so
  the VM closes it when that process ends, for whatever reason. (OTP's `:httpc` does not notice the
  caller's death: the request goes on, and so does the model.) The socket is passive, so a slow
  reader slows the server down instead of filling a mailbox, and no stray message reaches the
  caller.

  Each call has a connection of its own. There is no pool to run out of, and no idle connection that
  died unnoticed before the next POST. The price is one TCP handshake per call, and with https one
  TLS handshake: if that matters, use `OneshotAI.Transport.Req`.

  Certificates are verified against those of the operating system (or `:cacertfile`), with TLS 1.2
  or 1.3.
  """

  @behaviour OneshotAI.Transport

  alias OneshotAI.Error
  alias OneshotAI.HTTP1.{Body, Connection, Head, Upload}
  alias OneshotAI.Transport.{Request, Response}

  @impl OneshotAI.Transport
  def open(%Request{} = request) do
    with {:ok, connection} <- Connection.open(request) do
      with {:ok, early} <- Upload.send(connection, request),
           {:ok, %Response{} = response} <- read_head(connection, request, early) do
        {:ok, response}
      else
        {:error, error} ->
          Connection.close(connection)
          {:error, error}
      end
    end
  end

  defp read_head(connection, request, buffer) do
    case Head.decode(buffer) do
      {:ok, status, headers, rest} ->
        read_body(connection, request, status, headers, rest)

      {:error, problem} ->
        {:error, Error.new(:invalid_response, problem)}

      :more ->
        case Connection.read(connection, request) do
          {:ok, bytes} -> read_head(connection, request, buffer <> bytes)
          :closed -> {:error, Error.new(:disconnected)}
          {:error, error} -> {:error, error}
        end
    end
  end

  defp read_body(connection, request, status, headers, rest) do
    with {:ok, framing} <- Body.framing(status, headers) do
      close = fn -> Connection.close(connection) end

      {:ok,
       %Response{
         status: status,
         headers: headers,
         next: next(framing, rest, connection, request),
         close: close
       }}
    else
      {:error, problem} -> {:error, Error.new(:invalid_response, problem)}
    end
  end

  # Bytes that have been read are returned before more are read.
  defp next(framing, buffer, connection, request) do
    fn -> step(Body.decode(framing, buffer), connection, request) end
  end

  defp step({:ok, "", framing}, connection, request) do
    case Connection.read(connection, request) do
      {:ok, bytes} -> framing |> Body.decode(bytes) |> step(connection, request)
      :closed -> finish(closed(framing), connection)
      {:error, error} -> finish({:error, error}, connection)
    end
  end

  defp step({:ok, data, framing}, connection, request),
    do: {:ok, data, next(framing, "", connection, request)}

  defp step(:done, connection, _request), do: finish(:done, connection)

  # The last bytes and the end arrived together.
  defp step({:done, data}, connection, _request),
    do: {:ok, data, fn -> finish(:done, connection) end}

  defp step({:error, problem}, connection, _),
    do: finish({:error, Error.new(:invalid_response, problem)}, connection)

  defp closed(framing) do
    with :broken <- Body.closed(framing), do: {:error, Error.new(:disconnected)}
  end

  defp finish(result, connection) do
    Connection.close(connection)
    result
  end
end
