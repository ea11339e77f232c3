defmodule Oneshot.AIClient.EventStream do
  @moduledoc false
  # A stream's elements, lazily: nothing is asked before the first is wanted, and the connection is closed when no more are.

  alias Oneshot.AIClient.{Call, Client, Error, Event, EventDecoder, SSE, Telemetry}

  @spec new(Client.t(), map(), keyword()) :: Enumerable.t()
  def new(%Client{} = client, body, opts) do
    Stream.resource(fn -> {:unopened, client, body, opts} end, &next/1, &finish/1)
  end

  defp next({:unopened, client, body, opts}) do
    span = Telemetry.start(body, true)

    case Telemetry.guard(span, fn -> Call.stream(client, "/chat", body, opts) end) do
      {:ok, answer} ->
        next({:open, %{answer: answer, sse: SSE.new(), decoder: EventDecoder.new(), span: span}})

      {:error, error} ->
        Telemetry.stop(span, {:error, error})
        {[{:error, error}], :finished}
    end
  end

  defp next({:open, %{answer: answer} = state}) do
    case answer.next.() do
      {:ok, bytes, next} ->
        read(bytes, %{state | answer: %{answer | next: next}})

      :done ->
        fail(Error.new(:disconnected, "The stream ended without its last event."), state)

      {:error, error} ->
        fail(error, state)
    end
  end

  defp next(:finished), do: {:halt, :finished}

  defp read(bytes, state) do
    with {texts, sse} <- SSE.decode(state.sse, bytes),
         {:more, elements, decoder} <- EventDecoder.decode(state.decoder, texts) do
      {elements, {:open, %{state | sse: sse, decoder: decoder, span: Telemetry.first_token(state.span, elements)}}}
    else
      {:done, elements, _decoder} -> close(elements, %{state | span: Telemetry.first_token(state.span, elements)})
      {:error, :too_long} -> fail(Error.new(:invalid_response, "An event of the stream is too long."), state)
    end
  end

  defp fail(error, state), do: close([EventDecoder.fail(state.decoder, error)], state)

  defp close(elements, state) do
    state.answer.close.()
    Telemetry.stop(state.span, outcome(List.last(elements)))
    {elements, :finished}
  end

  defp outcome(%Event.Done{response: response}), do: {:ok, response}
  defp outcome({:error, error}), do: {:error, error}

  # The reader has stopped before the end, or has raised.
  defp finish({:open, state}) do
    state.answer.close.()
    Telemetry.stop(state.span, :halted)
  end

  defp finish(_unopened_or_finished), do: :ok
end
