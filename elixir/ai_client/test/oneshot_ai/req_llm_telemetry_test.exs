defmodule OneshotAI.ReqLLMTelemetryTest do
  # Alone: handlers see the calls of every process, and the setting is the app's.
  use OneshotAI.Case, async: false

  @events [
    [:req_llm, :request, :start],
    [:req_llm, :request, :stop],
    [:req_llm, :request, :exception],
    [:req_llm, :token_usage]
  ]

  setup do
    :telemetry.attach_many("req_llm", @events, &__MODULE__.handle/4, self())
    Application.put_env(:oneshot_ai, :req_llm_telemetry, true)

    on_exit(fn ->
      :telemetry.detach("req_llm")
      Application.delete_env(:oneshot_ai, :req_llm_telemetry)
    end)
  end

  def handle(event, measurements, metadata, owner),
    do: send(owner, {:telemetry, event, measurements, metadata})

  defp assert_event(name) do
    assert_receive {:telemetry, ^name, measurements, metadata}
    {measurements, metadata}
  end

  defp assert_no_more, do: refute_received({:telemetry, [:req_llm | _], _, _})

  test "an answer: start, stop and token usage, which belong together" do
    {:ok, response} = OneshotAI.chat("echo", "Hello there")
    assert {%{system_time: _}, start} = assert_event([:req_llm, :request, :start])
    assert %{operation: :chat, mode: :sync, provider: "echo", request_id: id, usage: nil} = start

    assert {%{duration: _, system_time: _}, stop} = assert_event([:req_llm, :request, :stop])
    assert %{request_id: ^id, finish_reason: :stop, http_status: 200} = stop
    assert stop.model == %{id: "echo", provider: "echo"}
    assert stop.server_request_id == response.request_id
    assert %{input_tokens: 2, output_tokens: 2, tokens: %{total_tokens: 4}} = stop.usage

    assert {%{tokens: %{input_tokens: 2, output_tokens: 2}, cost: nil}, %{request_id: ^id}} =
             assert_event([:req_llm, :token_usage])

    assert_no_more()
  end

  test "a stream with a cost, under the names of ReqLLM" do
    client = Client.new(transport: OneshotAI.Test)
    usage = [input_tokens: 3, output_tokens: 1, total_tokens: 4, reasoning_tokens: 1]
    cost = [currency: "USD", input: 0.25, output: 0.5, total: 0.75]
    OneshotAI.Test.stub(text: "Yes.", usage: usage, cost: cost)
    Enum.to_list(OneshotAI.stream("claude", "Well?", model: "opus", client: client))

    assert {_, %{mode: :stream, provider: :anthropic, model: %{id: "opus"}}} =
             assert_event([:req_llm, :request, :start])

    assert {_, %{usage: %{total_cost: 0.75, input_cost: 0.25}}} =
             assert_event([:req_llm, :request, :stop])

    assert {%{total_cost: 0.75, cost: 0.75, tokens: %{reasoning_tokens: 1}}, _} =
             assert_event([:req_llm, :token_usage])

    assert_no_more()
  end

  test "failures are exceptions; a halted stream is a stop" do
    OneshotAI.chat("echo", "Hi", model: "echo-fail-rate_limited")
    assert_event([:req_llm, :request, :start])

    assert {_, %{error: %Error{reason: :rate_limited}, http_status: 429}} =
             assert_event([:req_llm, :request, :exception])

    raising = Client.new(token: fn -> raise "no token" end, url: TestServer.url(server()))
    assert_raise RuntimeError, fn -> OneshotAI.chat("echo", "Hi", client: raising) end
    assert_event([:req_llm, :request, :start])

    assert {_, %{error: %RuntimeError{}}} = assert_event([:req_llm, :request, :exception])

    Enum.take(OneshotAI.stream("echo", "one two three", model: "echo-slow"), 1)
    assert_event([:req_llm, :request, :start])
    assert {_, %{finish_reason: :halted, usage: nil}} = assert_event([:req_llm, :request, :stop])
    assert_no_more()
  end

  test "nothing of it by default, and the setting is no client's" do
    Application.put_env(:oneshot_ai, :req_llm_telemetry, false)
    OneshotAI.chat("echo", "Hi")
    assert_no_more()

    assert_raise ArgumentError, ~r/no option :req_llm_telemetry/, fn ->
      Client.new(req_llm_telemetry: true)
    end
  end
end
