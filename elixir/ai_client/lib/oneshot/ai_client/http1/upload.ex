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

  # Bun says "continue" by itself, before the server has looked at the request; a refusal follows at once.
  @second_thoughts_ms 25

  @doc "What there is of the answer already is given back: nothing, or an early refusal."
  @spec send(Connection.t(), Request.t()) :: {:ok, binary()} | {:error, Error.t()}
  def send(connection, %Request{body: body} = request) do
    if IO.iodata_length(body) < @large do
      with :ok <- Connection.send(connection, [Head.encode(request) | body]), do: {:ok, ""}
    else
      with :ok <- Connection.send(connection, Head.encode(request, [{"expect", "100-continue"}])),
           {:ok, begun} <- listen(connection, request, "", @patience_ms) do
        send_body(connection, body, begun)
      end
    end
  end

  defp listen(connection, request, begun, patience) do
    case Connection.read(connection, %{request | silence_timeout: min(patience, request.silence_timeout)}) do
      {:ok, bytes} when begun == "" -> listen(connection, request, bytes, @second_thoughts_ms)
      {:ok, bytes} -> {:ok, begun <> bytes}
      {:error, %Error{reason: :timeout}} -> {:ok, begun}
      # It has refused, and closed; or it is gone, which the next step will tell.
      {:error, _closed} -> {:ok, begun}
    end
  end

  defp send_body(connection, body, begun) do
    case Head.decode(begun) do
      :more -> with :ok <- Connection.send(connection, body), do: {:ok, begun}
      _an_answer -> {:ok, begun}
    end
  end
end
