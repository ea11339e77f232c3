defmodule Oneshot.AIClient.HTTP1.Upload do
  @moduledoc false
  # Sends a request. A large body is announced first (`Expect: 100-continue`, RFC 9110 §10.1.1), so that a server can refuse
  # it: one that refuses while it is being sent closes the connection, and what it said is lost with it.

  alias Oneshot.AIClient.Error
  alias Oneshot.AIClient.HTTP1.{Connection, Head}
  alias Oneshot.AIClient.Transport.Request

  @large 1024 * 1024

  # Servers that do not know the word say nothing; then the body goes out all the same.
  @patience_ms 1_000

  # Bun says "continue" by itself, before the server has looked at the request; a refusal follows soon. The larger the body, the
  # likelier it is, and the less the waiting adds: 1 ms for 20 kB.
  @bytes_per_ms 20_000

  @doc "What there is of the answer already is given back: nothing, or an early refusal."
  @spec send(Connection.t(), Request.t()) :: {:ok, binary()} | {:error, Error.t()}
  def send(connection, %Request{body: body} = request) do
    size = IO.iodata_length(body)

    if size < @large do
      with :ok <- Connection.send(connection, [Head.encode(request) | body]), do: {:ok, ""}
    else
      with :ok <- Connection.send(connection, Head.encode(request, [{"expect", "100-continue"}])) do
        send_body(connection, body, listen(connection, request, size))
      end
    end
  end

  defp listen(connection, request, size) do
    begun = listen_for(@patience_ms, connection, request, "")

    if begun != "" and Head.decode(begun) == :more do
      size |> div(@bytes_per_ms) |> min(@patience_ms) |> listen_for(connection, request, begun)
    else
      begun
    end
  end

  # Silence means that it may go on; a connection that is closed is for the next step to tell.
  defp listen_for(patience, connection, request, begun) do
    case Connection.read(connection, %{request | silence_timeout: min(patience, request.silence_timeout)}) do
      {:ok, bytes} -> begun <> bytes
      _silent_or_closed -> begun
    end
  end

  defp send_body(connection, body, begun) do
    case Head.decode(begun) do
      :more -> with :ok <- Connection.send(connection, body), do: {:ok, begun}
      _an_answer -> {:ok, begun}
    end
  end
end
