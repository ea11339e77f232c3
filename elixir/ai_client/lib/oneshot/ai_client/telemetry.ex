defmodule Oneshot.AIClient.Telemetry do
  @moduledoc """
  Events for `:telemetry`, where the app has it.

  | event | measurements | metadata |
  | --- | --- | --- |
  | `[:oneshot, :ai_client, :chat, :start]` | `:monotonic_time`, `:system_time` | those of the call |
  | `[:oneshot, :ai_client, :chat, :first_token]` | `:duration` since the start | those of the call |
  | `[:oneshot, :ai_client, :chat, :stop]` | `:duration`, `:input_tokens`, `:output_tokens` | and `:outcome`, `:response`, `:error` |
  | `[:oneshot, :ai_client, :chat, :exception]` | `:duration` | and `:kind`, `:reason`, `:stacktrace` |

  The call's metadata: `:provider` and `:model` as they were asked for, `:stream` (true or false), and
  `:telemetry_span_context`, which the events of one call share. `:outcome` is `:ok`, `:error` or, for a stream whose reader
  wanted no more of it, `:halted`. `:response` and `:error` are the structs, or nil; token counts are nil where they are not
  known. An answer with `{:error, error}` is a stop like any other; `:exception` is for what is raised, by a token function
  for example.

  Only streams have a first token. A process that is killed while it reads a stream emits no stop. Durations are in native
  units, as is usual: `System.convert_time_unit(duration, :native, :millisecond)`.

      :telemetry.attach("ai-cost", [:oneshot, :ai_client, :chat, :stop], &MyApp.AIMetrics.handle/4, nil)
  """

  alias Oneshot.AIClient.{Error, Event, Response}

  @prefix [:oneshot, :ai_client, :chat]

  @typep span :: %{started_at: integer(), metadata: map(), first_token?: boolean()}

  @doc false
  @spec start(map(), boolean()) :: span()
  def start(body, stream?) do
    span = %{
      started_at: System.monotonic_time(),
      first_token?: false,
      metadata: %{
        provider: body[:provider],
        model: body[:model],
        stream: stream?,
        telemetry_span_context: make_ref()
      }
    }

    emit(:start, %{monotonic_time: span.started_at, system_time: System.system_time()}, span.metadata)
    span
  end

  @doc false
  # Runs the function; what it raises is told, and raised again.
  @spec guard(span(), (... -> result)) :: result when result: term()
  def guard(span, fun) do
    fun.()
  catch
    kind, reason ->
      metadata = Map.merge(span.metadata, %{kind: kind, reason: reason, stacktrace: __STACKTRACE__})
      emit(:exception, %{duration: duration(span)}, metadata)
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  @doc false
  @spec first_token(span(), [Event.element()]) :: span()
  def first_token(%{first_token?: true} = span, _elements), do: span

  def first_token(span, elements) do
    if Enum.any?(elements, &match?(%Event.PartDelta{}, &1)) do
      emit(:first_token, %{duration: duration(span)}, span.metadata)
      %{span | first_token?: true}
    else
      span
    end
  end

  @doc false
  @spec stop(span(), {:ok, Response.t()} | {:error, Error.t()} | :halted) :: :ok
  def stop(span, result) do
    {outcome, response, error} =
      case result do
        {:ok, response} -> {:ok, response, nil}
        {:error, error} -> {:error, error.partial, error}
        :halted -> {:halted, nil, nil}
      end

    usage = response && response.usage

    measurements = %{
      duration: duration(span),
      input_tokens: usage && usage.input_tokens,
      output_tokens: usage && usage.output_tokens
    }

    response = if outcome == :ok, do: response
    emit(:stop, measurements, Map.merge(span.metadata, %{outcome: outcome, response: response, error: error}))
  end

  defp duration(span), do: System.monotonic_time() - span.started_at

  defp emit(event, measurements, metadata) do
    # Called by name at run time: the app may have :telemetry though this library was compiled without.
    if available?(), do: apply(:telemetry, :execute, [@prefix ++ [event], measurements, metadata])
    :ok
  end

  # Looking for a module that is not there searches the whole code path, so it is done once.
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
