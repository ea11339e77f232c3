defmodule OneshotAI.TelemetryTest do
  # Alone: handlers see the calls of every process.
  use OneshotAI.Case, async: false

  @events for event <- [:start, :first_token, :stop, :exception], do: [:oneshot_ai, :chat, event]
  @tool_events for event <- [:start, :stop, :exception], do: [:oneshot_ai, :tool, event]

  setup do
    owner = self()
    :telemetry.attach_many("test", @events ++ @tool_events, &__MODULE__.handle/4, owner)
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

  test "cancelled, left and killed calls have a stop too" do
    long = String.duplicate("word ", 300)

    start = fn receiver ->
      {:ok, ref} = OneshotAI.stream_to(receiver, "echo", long, model: "echo-slow")
      assert {_, %{stream: true}} = assert_event(:start)
      assert_event(:first_token)
      ref
    end

    ref = start.(self())
    OneshotAI.cancel(ref)
    assert {%{duration: _}, %{outcome: :cancelled, response: nil, error: nil}} = assert_event(:stop)

    receiver = spawn(fn -> Process.sleep(:infinity) end)
    start.(receiver)
    Process.exit(receiver, :kill)
    assert {_, %{outcome: :cancelled}} = assert_event(:stop)

    reader = spawn(fn -> OneshotAI.chat("echo", long, model: "echo-slow") end)
    assert {_, %{stream: false}} = assert_event(:start)
    Process.exit(reader, :kill)
    assert {_, %{outcome: :cancelled}} = assert_event(:stop)
    refute_received {:telemetry, [:oneshot_ai, :chat, _event], _measurements, _metadata}
  end

  test "tools" do
    run = fn
      %{"do" => "raise"} -> raise "bug"
      %{"do" => "fail"} -> {:error, "no"}
      %{"do" => "hang"} -> Process.sleep(:infinity)
      _arguments -> "done"
    end

    client = Client.new(transport: OneshotAI.Test)

    for {what, outcome} <- [{"work", :ok}, {"fail", :error}, {"hang", :timeout}] do
      OneshotAI.Test.stub([[tool_calls: [[name: "t", arguments: %{do: what}]]], "Done."])
      tool = %{name: "t", run: run}
      {:ok, _run} = OneshotAI.run_tools("claude", "Go", [tool], client: client, tool_timeout: 50)
      assert_receive {:telemetry, [:oneshot_ai, :tool, :start], _, %{tool: "t", call_id: "call_1"}}
      assert_receive {:telemetry, [:oneshot_ai, :tool, :stop], %{duration: _}, %{outcome: ^outcome}}
    end

    OneshotAI.Test.stub([[tool_calls: [[name: "t", arguments: %{do: "raise"}]]], "Done."])

    assert_raise RuntimeError, "bug", fn ->
      OneshotAI.run_tools("claude", "Go", [%{name: "t", run: run}], client: client)
    end

    assert_receive {:telemetry, [:oneshot_ai, :tool, :exception], _, %{reason: %RuntimeError{}}}
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
