defmodule Oneshot.AIClient.HTTP1 do
  @moduledoc """
  HTTP/1.1 over `:gen_tcp` and `:ssl`: the transport that is used unless another is configured.

  OTP's own `:httpc` is not used because it does not notice the death of the process that called it: the request goes on,
  and the model with it, until the answer ends. Here the socket belongs to the calling process, and the VM closes it when
  that process ends, however it ends. The socket is passive: bytes are read when they are asked for, so a slow reader slows
  the server down instead of filling a mailbox, and no stray message ever reaches the process that calls.

  Each call has its own connection. For an answer that takes a model seconds to write, connecting anew costs next to nothing,
  and there is no pool to run out of, and no idle connection that has died unnoticed when the next POST is written to it.

  Certificates are verified against those of the operating system (or `:cacertfile`), for the host's name, with TLS 1.2 or 1.3.
  """

  @behaviour Oneshot.AIClient.Transport

  alias Oneshot.AIClient.Error
  alias Oneshot.AIClient.HTTP1.{Body, Connection, Head, Upload}
  alias Oneshot.AIClient.Transport.{Answer, Request}

  @impl Oneshot.AIClient.Transport
  def open(%Request{} = request) do
    with {:ok, connection} <- Connection.open(request) do
      with {:ok, begun} <- Upload.send(connection, request),
           {:ok, %Answer{} = answer} <- read_head(connection, request, begun) do
        {:ok, answer}
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
      {:ok, %Answer{status: status, headers: headers, next: next(framing, rest, connection, request), close: close}}
    else
      {:error, problem} -> {:error, Error.new(:invalid_response, problem)}
    end
  end

  # What has been read goes out before more is read.
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

  defp step({:ok, data, framing}, connection, request), do: {:ok, data, next(framing, "", connection, request)}
  defp step(:done, connection, _request), do: finish(:done, connection)

  # The last bytes and the end came together.
  defp step({:done, data}, connection, _request), do: {:ok, data, fn -> finish(:done, connection) end}
  defp step({:error, problem}, connection, _), do: finish({:error, Error.new(:invalid_response, problem)}, connection)

  defp closed(framing) do
    with :broken <- Body.closed(framing), do: {:error, Error.new(:disconnected)}
  end

  defp finish(result, connection) do
    Connection.close(connection)
    result
  end
end
