defmodule OneshotAI.EventStream do
  @moduledoc false
  # The elements of a stream, lazily: nothing is sent before the first is wanted, and the connection
  # is closed when no more are wanted.

  alias OneshotAI.{Client, Error, Event, EventDecoder, HTTP, SSE, Telemetry}

  @spec new(Client.t(), map(), keyword()) :: Enumerable.t()
  def new(%Client{} = client, body, opts) do
    Stream.resource(fn -> {:unopened, client, body, opts} end, &next/1, &finish/1)
  end

  defp next({:unopened, client, body, opts}) do
    span = Telemetry.start_chat(body, true)
    open = fn -> HTTP.open_stream(client, "/chat", body, opts) end

    case Telemetry.report_exceptions(span, open) do
      {:ok, response} ->
        next(
          {:open, %{response: response, sse: SSE.new(), decoder: EventDecoder.new(), span: span}}
        )

      {:error, error} ->
        Telemetry.stop_chat(span, {:error, error})
        {[{:error, error}], :finished}
    end
  end

  defp next({:open, %{response: response} = state}) do
    case response.next.() do
      {:ok, bytes, next} ->
        read(bytes, %{state | response: %{response | next: next}})

      :done ->
        fail(Error.new(:disconnected, "The stream ended without its last event."), state)

      {:error, error} ->
        fail(error, state)
    end
  end

  defp next(:finished), do: {:halt, :finished}

  defp read(bytes, state) do
    case SSE.decode(state.sse, bytes) do
      {texts, sse} -> decode(texts, %{state | sse: sse})
      :too_long -> fail(Error.new(:invalid_response, "An event of the stream is too long."), state)
    end
  end

  defp decode(texts, state) do
    {more_or_done, elements, decoder} = EventDecoder.decode(state.decoder, texts)
    state = %{state | decoder: decoder, span: Telemetry.first_token(state.span, elements)}
    if more_or_done == :more, do: {elements, {:open, state}}, else: close(elements, state)
  end

  defp fail(error, state), do: close([EventDecoder.fail(state.decoder, error)], state)

  defp close(elements, state) do
    state.response.close.()
    Telemetry.stop_chat(state.span, outcome(List.last(elements)))
    {elements, :finished}
  end

  defp outcome(%Event.Done{response: response}), do: {:ok, response}
  defp outcome({:error, error}), do: {:error, error}

  # The reader stopped before the end, or raised.
  defp finish({:open, state}) do
    state.response.close.()
    Telemetry.stop_chat(state.span, :halted)
  end

  defp finish(_unopened_or_finished), do: :ok
end
