defmodule OneshotAI.EventStream do
  @moduledoc false
  # The elements of a stream, lazily: nothing is sent before the first is wanted, and the connection
  # is closed when no more are wanted.

  alias OneshotAI.{
    Client,
    Error,
    Event,
    EventDecoder,
    Guard,
    HTTP,
    Resumption,
    SSE,
    Telemetry
  }

  @spec new(Client.t(), map(), keyword()) :: Enumerable.t()
  def new(%Client{} = client, body, opts) do
    open = fn ->
      case Resumption.new(client, body, opts) do
        nil -> open(HTTP.open_stream(client, "/chat", body, opts))
        resumption -> Resumption.open(resumption)
      end
    end

    Stream.resource(fn -> {:unopened, body, open} end, &next/1, &finish/1)
  end

  @doc "The elements of an answer that the server keeps, from its first event."
  @spec follow(Client.t(), String.t(), keyword()) :: Enumerable.t()
  def follow(%Client{} = client, request_id, opts) do
    path = HTTP.answer_path(request_id) <> "/events"
    open = fn -> open(HTTP.open_stream(client, path, nil, opts)) end
    Stream.resource(fn -> {:unopened, %{}, open} end, &next/1, &finish/1)
  end

  defp open({:ok, response}), do: {:ok, response, nil}
  defp open({:error, error}), do: {:error, error}

  defp next({:unopened, body, open}) do
    span = Telemetry.start_chat(body, true)

    case Telemetry.report_exceptions(span, open) do
      {:ok, response, resumption} ->
        next(
          {:open,
           %{
             response: response,
             sse: SSE.new(),
             decoder: EventDecoder.new(),
             span: span,
             resumption: resumption,
             guard: guard(resumption)
           }}
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
        lose(Error.new(:disconnected, "The stream ended without its last event."), state)

      {:error, error} ->
        lose(error, state)
    end
  end

  defp next(:finished), do: {:halt, :finished}

  defp guard(%Resumption{request_id: id} = resumption) when id != nil do
    if Resumption.bound_to_reader?(resumption),
      do: Guard.start(resumption.client, id, resumption.opts)
  end

  defp guard(_no_resumption), do: nil

  # The connection is lost, but the answer may not be.
  defp lose(error, %{resumption: nil} = state), do: fail(error, state)

  defp lose(error, state) do
    state.response.close.()
    Telemetry.resume_chat(state.span, error)

    case Resumption.reopen(state.resumption, error) do
      {:ok, response, resumption} ->
        next({:open, %{state | response: response, resumption: resumption, sse: SSE.new()}})

      {:error, error} ->
        fail(error, state)
    end
  end

  defp read(bytes, state) do
    case SSE.decode(state.sse, bytes) do
      {[], sse} -> decode([], %{state | sse: sse})
      {texts, sse} -> decode(texts, note_progress(%{state | sse: sse}))
      :too_long -> fail(Error.new(:invalid_response, "An event of the stream is too long."), state)
    end
  end

  defp note_progress(%{resumption: nil} = state), do: state

  defp note_progress(state),
    do: %{state | resumption: Resumption.progress(state.resumption, state.sse.id)}

  defp decode(texts, state) do
    {more_or_done, elements, decoder} = EventDecoder.decode(state.decoder, texts)
    state = %{state | decoder: decoder, span: Telemetry.first_token(state.span, elements)}
    if more_or_done == :more, do: {elements, {:open, state}}, else: close(elements, state)
  end

  defp fail(error, state), do: close([EventDecoder.fail(state.decoder, error)], state)

  defp close(elements, state) do
    state.response.close.()
    if state.guard, do: release(state.guard, List.last(elements))
    Telemetry.stop_chat(state.span, outcome(List.last(elements)))
    {elements, :finished}
  end

  # An answer that could not be resumed may still run.
  defp release(guard, {:error, error}),
    do: if(Resumption.lost?(error), do: Guard.cancel(guard), else: Guard.stop(guard))

  defp release(guard, _done), do: Guard.stop(guard)

  defp outcome(%Event.Done{response: response}), do: {:ok, response}
  defp outcome({:error, error}), do: {:error, error}

  # The reader stopped before the end, or raised.
  defp finish({:open, state}) do
    state.response.close.()
    if state.guard, do: Guard.cancel(state.guard)
    Telemetry.stop_chat(state.span, :halted)
  end

  defp finish(_unopened_or_finished), do: :ok
end
