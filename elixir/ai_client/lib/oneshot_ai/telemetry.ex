defmodule OneshotAI.Telemetry do
  @moduledoc """
  Events for `:telemetry`, if the app has it.

  | event | measurements | metadata |
  | --- | --- | --- |
  | `[:oneshot_ai, :chat, :start]` | `:monotonic_time`, `:system_time` | the call's |
  | `[:oneshot_ai, :chat, :first_token]` | `:duration` since the start | the call's |
  | `[:oneshot_ai, :chat, :resume]` | `:duration` since the start | and `:error`, with which the connection was lost |
  | `[:oneshot_ai, :chat, :stop]` | `:duration`, `:input_tokens`, `:output_tokens` | and `:outcome`, `:response`, `:error`, `:request_id` |
  | `[:oneshot_ai, :chat, :exception]` | `:duration` | and `:kind`, `:reason`, `:stacktrace` |
  | `[:oneshot_ai, :tool, :start]` | `:monotonic_time`, `:system_time` | `:tool`, `:call_id` |
  | `[:oneshot_ai, :tool, :stop]` | `:duration` | and `:outcome` |
  | `[:oneshot_ai, :tool, :exception]` | `:duration` | and `:kind`, `:reason`, `:stacktrace` |

  The call's metadata: `:provider` and `:model` as requested, `:stream` (true or false), and
  `:telemetry_span_context`, which all events of one call share.

  Every start is followed by exactly one stop or exception. The `:outcome` of a chat is

    * `:ok`, with the `:response`,
    * `:error`, with the `:error`; an answer with `{:error, error}` is a stop, and `:exception` is
      for what is raised, such as by a token function,
    * `:halted`, if the reader of a stream stopped before its end,
    * `:cancelled`, if the calling process ended first: `OneshotAI.cancel/1`, a LiveView that was
      left, a kill.

  The `:outcome` of a tool is `:ok`, `:error`, `:timeout` or `:cancelled`.

  Token counts are nil if they are unknown. Durations are in native units, as usual:
  `System.convert_time_unit(duration, :native, :millisecond)`.

      :telemetry.attach("ai-cost", [:oneshot_ai, :chat, :stop], &MyApp.AIMetrics.handle/4, nil)

  ## In ReqLLM's shape

  With `config :oneshot_ai, req_llm_telemetry: true` each chat also emits the stable events of
  [ReqLLM](https://hexdocs.pm/req_llm/telemetry.html): `[:req_llm, :request, :start]`, `:stop` or
  `:exception`, and `[:req_llm, :token_usage]`, so that handlers and dashboards made for it work. The
  model is `%{id: …, provider: …}`, with the provider as ReqLLM names it (`:anthropic` for
  `"claude"`); `:server_request_id` identifies the call in the server's log. `{:error, error}` is an
  `:exception` there.
  """

  alias OneshotAI.{Error, Event, Response, ToolCall}
  alias OneshotAI.Telemetry.{OpenSpans, ReqLLM}

  @typep span :: %{
           prefix: [atom()],
           started_at: integer(),
           metadata: map(),
           first_token?: boolean()
         }

  @doc false
  @spec start_chat(map(), boolean()) :: span()
  def start_chat(body, stream?) do
    start([:oneshot_ai, :chat], %{provider: body[:provider], model: body[:model], stream: stream?})
  end

  @doc false
  @spec start_tool(ToolCall.t()) :: span()
  def start_tool(%ToolCall{name: name, id: id}) do
    start([:oneshot_ai, :tool], %{tool: name, call_id: id})
  end

  defp start(prefix, metadata) do
    span = %{
      prefix: prefix,
      started_at: System.monotonic_time(),
      first_token?: false,
      metadata: Map.put(metadata, :telemetry_span_context, make_ref())
    }

    if available?(), do: OpenSpans.add(span)
    measurements = %{monotonic_time: span.started_at, system_time: System.system_time()}
    emit(span, :start, measurements, span.metadata)
    span
  end

  @doc false
  # Runs the function. If it raises, reports the exception and raises it again.
  @spec report_exceptions(span(), (... -> result)) :: result when result: term()
  def report_exceptions(span, fun) do
    fun.()
  catch
    kind, reason ->
      metadata = %{kind: kind, reason: reason, stacktrace: __STACKTRACE__}
      finish(span, :exception, %{}, metadata)
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  @doc false
  @spec first_token(span(), [Event.element()]) :: span()
  def first_token(%{first_token?: true} = span, _elements), do: span

  def first_token(span, elements) do
    if Enum.any?(elements, &match?(%Event.PartDelta{}, &1)) do
      emit(span, :first_token, %{duration: duration(span)}, span.metadata)
      %{span | first_token?: true}
    else
      span
    end
  end

  @doc false
  @spec resume_chat(span(), Error.t()) :: :ok
  def resume_chat(span, error) do
    emit(span, :resume, %{duration: duration(span)}, Map.put(span.metadata, :error, error))
  end

  @doc false
  @spec stop_chat(span(), {:ok, Response.t()} | {:error, Error.t()} | :halted | :cancelled) :: :ok
  def stop_chat(span, result) do
    {outcome, known, response, error} =
      case result do
        {:ok, response} -> {:ok, response, response, nil}
        {:error, error} -> {:error, error.partial, nil, error}
        outcome -> {outcome, nil, nil, nil}
      end

    usage = known && known.usage

    finish(
      span,
      :stop,
      %{
        input_tokens: usage && usage.input_tokens,
        output_tokens: usage && usage.output_tokens
      },
      %{
        outcome: outcome,
        response: response,
        error: error,
        request_id: (response && response.request_id) || (error && error.request_id)
      }
    )
  end

  @doc false
  @spec stop_tool(span(), :ok | :error | :timeout | :cancelled) :: :ok
  def stop_tool(span, outcome), do: finish(span, :stop, %{}, %{outcome: outcome})

  @doc false
  # The span's process has ended without closing it.
  @spec abandon(span()) :: :ok
  def abandon(%{prefix: [_, :chat]} = span), do: stop_chat(span, :cancelled)
  def abandon(span), do: stop_tool(span, :cancelled)

  defp finish(span, event, measurements, metadata) do
    if available?(), do: OpenSpans.remove(span)
    measurements = Map.put(measurements, :duration, duration(span))
    emit(span, event, measurements, Map.merge(span.metadata, metadata))
  end

  defp duration(span), do: System.monotonic_time() - span.started_at

  defp emit(span, event, measurements, metadata) do
    if available?() do
      execute({span.prefix ++ [event], measurements, metadata})

      if span.prefix == [:oneshot_ai, :chat] and req_llm?(),
        do: event |> ReqLLM.translate(measurements, metadata) |> Enum.each(&execute/1)
    end

    :ok
  end

  # By name: the app may have :telemetry although this library was compiled without it.
  defp execute({name, measurements, metadata}),
    do: apply(:telemetry, :execute, [name, measurements, metadata])

  defp req_llm?, do: Application.get_env(:oneshot_ai, :req_llm_telemetry, false)

  # Cached, because looking for a missing module searches the whole code path.
  defp available? do
    case :persistent_term.get(__MODULE__, :unknown) do
      :unknown ->
        available? = Code.ensure_loaded?(:telemetry)
        :persistent_term.put(__MODULE__, available?)
        available?

      available? ->
        available?
    end
  end
end
