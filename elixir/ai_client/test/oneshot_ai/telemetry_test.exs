defmodule OneshotAI.TelemetryTest do
  # Alone: handlers see the calls of every process.
  use OneshotAI.Case, async: false

  @events for event <- [:start, :first_token, :stop, :exception], do: [:oneshot_ai, :chat, event]

  setup do
    owner = self()
    :telemetry.attach_many("test", @events, &__MODULE__.handle/4, owner)
    on_exit(fn -> :telemetry.detach("test") end)
  end

  def handle(event, measurements, metadata, owner),
    do: send(owner, {:telemetry, event, measurements, metadata})

  defp assert_event(name) do
    assert_receive {:telemetry, [:oneshot_ai, :chat, ^name], measurements, metadata}
    {measurements, metadata}
  end

  test "a whole answer" do
    {:ok, response} = OneshotAI.chat("echo", "Hello there", model: "echo")
    assert {%{system_time: _, monotonic_time: _}, start} = assert_event(:start)

    assert %{provider: "echo", model: "echo", stream: false, telemetry_span_context: context} =
             start

    assert {%{duration: duration, input_tokens: 2, output_tokens: 2}, stop} = assert_event(:stop)
    assert %{outcome: :ok, response: ^response, error: nil, telemetry_span_context: ^context} = stop
    assert System.convert_time_unit(duration, :native, :millisecond) in 0..60_000
    refute_received {:telemetry, _event, _measurements, _metadata}
  end

  test "a stream" do
    Enum.to_list(OneshotAI.stream("echo", "Hello there", model: "echo-slow"))
    assert {_, %{stream: true, telemetry_span_context: context}} = assert_event(:start)
    assert {%{duration: first}, %{telemetry_span_context: ^context}} = assert_event(:first_token)

    assert {%{duration: whole, output_tokens: 2}, %{outcome: :ok, response: %Response{}}} =
             assert_event(:stop)

    assert first < whole
    refute_received {:telemetry, _event, _measurements, _metadata}
  end

  test "errors are stops" do
    OneshotAI.chat("echo", "Hi", model: "echo-fail-rate_limited")
    assert_event(:start)

    assert {%{output_tokens: nil},
            %{outcome: :error, response: nil, error: %Error{reason: :rate_limited}}} =
             assert_event(:stop)

    Enum.to_list(OneshotAI.stream("echo", "one two three", model: "echo-cut"))
    assert_event(:start)
    assert_event(:first_token)

    assert {_, %{outcome: :error, response: nil, error: %Error{reason: :upstream_incomplete}}} =
             assert_event(:stop)

    Enum.to_list(OneshotAI.stream("echo", "Hi", model: "echo-fail-rate_limited"))
    assert_event(:start)
    assert {_, %{outcome: :error}} = assert_event(:stop)
    refute_received {:telemetry, _event, _measurements, _metadata}
  end

  test "a reader that wants no more" do
    Enum.take(OneshotAI.stream("echo", "one two three", model: "echo-slow"), 1)
    assert_event(:start)
    # The server sends what comes before the first word together with it.
    assert_event(:first_token)
    assert {_, %{outcome: :halted, response: nil, error: nil}} = assert_event(:stop)
    refute_received {:telemetry, _event, _measurements, _metadata}
  end

  test "what is raised" do
    client = client(server(), jwt: nil, token: fn -> raise "no luck" end)
    assert_raise RuntimeError, fn -> OneshotAI.chat("echo", "Hi", client: client) end
    assert_event(:start)

    assert {%{duration: _}, %{kind: :error, reason: %RuntimeError{}, stacktrace: [_ | _]}} =
             assert_event(:exception)

    assert_raise RuntimeError, fn ->
      Enum.to_list(OneshotAI.stream("echo", "Hi", client: client))
    end

    assert_event(:start)
    assert_event(:exception)
    refute_received {:telemetry, _event, _measurements, _metadata}
  end
end
