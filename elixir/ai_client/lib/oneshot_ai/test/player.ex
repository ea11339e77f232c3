defmodule OneshotAI.Test.Player do
  @moduledoc false
  # A stubbed answer → the response that a server would send, in pieces.

  alias OneshotAI.{Error, JSON}
  alias OneshotAI.Test.{Fault, Replies, Script}
  alias OneshotAI.Transport.Response

  @spec play(term(), atom(), map()) :: {:ok, Response.t()} | {:error, Error.t()}
  def play(fun, name, body) when is_function(fun, 1), do: body |> fun.() |> play(name, body)
  def play({:error, reason}, name, body), do: play({:error, reason, []}, name, body)

  def play({:error, reason, fields}, _name, _body) do
    with {:ok, status, error} <- Script.error(reason, fields), do: json(status, %{"error" => error})
  end

  def play({:cut, answer}, :chat, %{"stream" => true} = body) do
    events(Script.cut_events(answer, body))
  end

  def play({:cut, _answer}, :chat, body), do: play({:error, :upstream_incomplete}, :chat, body)
  def play({:fault, name, answer}, :chat, body), do: fail(Fault.parse!(name), answer, body)

  def play(answer, :chat, body) do
    case Fault.parse(body["model"]) do
      nil -> play_whole(answer, body)
      fault -> fail(fault, answer, body)
    end
  end

  def play(answer, name, body), do: json(200, Replies.body(name, answer, body))

  defp play_whole(answer, %{"stream" => true} = body), do: events(Script.events(answer, body))
  defp play_whole(answer, body), do: json(200, Script.response(answer, body))

  defp fail(fault, answer, body) do
    case {Fault.play(fault, Script.events(answer, body)), body} do
      {{:error, reason, fields}, body} ->
        play({:error, reason, fields}, :chat, body)

      {{:steps, steps}, %{"stream" => true}} ->
        events(Enum.map(steps, &Script.failure/1))

      {{:steps, steps}, body} ->
        for {:wait, milliseconds} <- steps, do: Process.sleep(milliseconds)

        case List.last(steps) do
          %{"type" => "error", "reason" => reason} -> play({:error, reason}, :chat, body)
          done -> json(200, Script.whole(steps, done))
        end
    end
  end

  defp json(status, body), do: respond(status, "application/json", [JSON.encode!(body)])

  defp events(events) do
    respond(200, "text/event-stream", Enum.map(events, &piece/1))
  end

  defp piece({:wait, milliseconds}), do: {:wait, milliseconds}
  defp piece(event), do: "event: #{event["type"]}\ndata: #{JSON.encode!(event)}\n\n"

  defp pieces([]), do: fn -> :done end

  defp pieces([{:wait, milliseconds} | rest]) do
    fn ->
      Process.sleep(milliseconds)
      pieces(rest).()
    end
  end

  defp pieces([piece | rest]), do: fn -> {:ok, piece, pieces(rest)} end

  defp respond(status, type, pieces) do
    {:ok,
     %Response{
       status: status,
       headers: [{"content-type", type}],
       next: pieces(pieces),
       close: fn -> :ok end
     }}
  end
end
