defmodule OneshotAI.HTTP1.Upload do
  @moduledoc false
  # Sends a request. A large body is announced first (`Expect: 100-continue`, RFC 9110 §10.1.1). If
  # a server rejected it in the middle of the body, it would close the connection, and its response
  # would be lost.

  alias OneshotAI.Error
  alias OneshotAI.HTTP1.{Connection, Head}
  alias OneshotAI.Transport.Request

  @large 1024 * 1024

  # Some servers ignore `Expect`. After this time the body is sent anyway.
  @expect_wait_ms 1_000

  # Bun sends "continue" by itself, before the server has looked at the request; a rejection follows
  # soon after. So wait 1 ms more for each 20 kB: the larger the body, the likelier a rejection.
  @bytes_per_ms 20_000

  @doc "Returns what has arrived of the response: nothing, or an early rejection."
  @spec send(Connection.t(), Request.t()) :: {:ok, binary()} | {:error, Error.t()}
  def send(connection, %Request{body: body} = request) do
    size = IO.iodata_length(body)

    if size < @large do
      with :ok <- Connection.send(connection, [Head.encode(request) | body]), do: {:ok, ""}
    else
      with :ok <- Connection.send(connection, Head.encode(request, [{"expect", "100-continue"}])) do
        send_body(connection, body, read_early_response(connection, request, size))
      end
    end
  end

  defp read_early_response(connection, request, size) do
    begun = read_for(@expect_wait_ms, connection, request, "")

    if begun != "" and Head.decode(begun) == :more do
      size |> div(@bytes_per_ms) |> min(@expect_wait_ms) |> read_for(connection, request, begun)
    else
      begun
    end
  end

  # Silence means that the body may follow. The next step reports a closed connection.
  defp read_for(wait_ms, connection, request, begun) do
    case Connection.read(connection, %{
           request
           | silence_timeout: min(wait_ms, request.silence_timeout)
         }) do
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
