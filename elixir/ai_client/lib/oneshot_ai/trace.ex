defmodule OneshotAI.Trace do
  @moduledoc false
  # The caller's trace, as a header, if the app uses OpenTelemetry (`opentelemetry_api`).

  @doc """
  `traceparent` of the current span, or nothing. The baggage of the app stays with the app.
  """
  @spec headers() :: [{String.t(), String.t()}]
  def headers do
    # An app that uses OpenTelemetry has loaded this module; looking for one that is not there would
    # cost each call a search of the code path.
    if function_exported?(:otel_ctx, :get_current, 0) and
         Code.ensure_loaded?(:otel_propagator_trace_context) do
      for {"traceparent" = name, value} <- inject(), do: {name, value}
    else
      []
    end
  end

  defp inject do
    set = fn carrier, name, value -> [{name, value} | carrier] end
    # By name: this library was compiled without them.
    context = apply(:otel_ctx, :get_current, [])
    apply(:otel_propagator_trace_context, :inject, [context, [], set])
  end
end
