defmodule OneshotAI.TraceTest do
  # Modules of opentelemetry_api are made here, by its published interface.
  use OneshotAI.Case, async: false

  alias OneshotAI.Test

  @traceparent "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  setup do
    on_exit(fn ->
      for module <- [:otel_ctx, :otel_propagator_trace_context] do
        :code.purge(module)
        :code.delete(module)
      end
    end)

    {:ok, client: Client.new(transport: Test)}
  end

  defp sent_headers(client) do
    Test.stub("Hi")
    assert {:ok, "Hi"} = OneshotAI.chat_text("claude", "Hi", client: client)
    assert_received {:oneshot_ai_request, %{headers: headers}}
    headers
  end

  defp use_opentelemetry do
    Code.compile_string("""
    defmodule :otel_ctx do
      def get_current, do: Process.get(:span)
    end

    defmodule :otel_propagator_trace_context do
      def inject(nil, carrier, _set), do: carrier

      def inject(span, carrier, set) do
        set.(set.(carrier, "traceparent", span), "tracestate", "vendor=secret")
      end
    end
    """)
  end

  test "an app without OpenTelemetry sends no trace", %{client: client} do
    refute Map.has_key?(sent_headers(client), "traceparent")
  end

  test "the server gets the span of the caller, and nothing else of it", %{client: client} do
    use_opentelemetry()
    refute Map.has_key?(sent_headers(client), "traceparent")
    Process.put(:span, @traceparent)
    headers = sent_headers(client)
    assert %{"traceparent" => @traceparent} = headers
    refute Map.has_key?(headers, "tracestate")
  end
end
