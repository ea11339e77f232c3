defmodule OneshotAI.FaultTest do
  # The stub fails as the server's provider echo does, model by model.
  use OneshotAI.Case, async: true

  alias OneshotAI.Test

  @text "one two three four"
  @page Path.join(TestServer.repository(), "docs/routing.md")
  @external_resource @page

  # The names on the page, with numbers.
  [table] =
    Regex.run(~r/<!-- echo -->(.*)<!-- \/echo -->/s, File.read!(@page), capture: :all_but_first)

  @models for [name] <- Regex.scan(~r/^\| `(echo[\w<>-]*)`/m, table, capture: :all_but_first),
              name != "echo-embedding",
              model <- [
                name |> String.replace("-N", "-2") |> String.replace("<code>", "upstream_auth"),
                name |> String.replace("-N", "-0") |> String.replace("<code>", "rate_limited")
              ],
              uniq: true,
              do: model

  setup_all do
    # Its waits are real; the stub has none.
    limits = for name <- ~w(HEADERS IDLE), do: {"UPSTREAM_#{name}_TIMEOUT_MS", "150"}
    server = TestServer.start!(Map.new([{"RETRY_MAX", "0"} | limits]))
    {:ok, real: client(server), stub: Client.new(transport: Test)}
  end

  test "the page names what the stub knows" do
    assert length(@models) > 20
    for model <- @models, model != "echo", do: assert(Test.Fault.parse(model), model)
    refute Test.Fault.parse("echo")
    refute Test.Fault.parse("echo-nothing")
    refute Test.Fault.parse("opus")
    assert Test.Fault.parse("echo/echo-cut-2") == Test.Fault.parse("echo-cut-2")
  end

  for model <- @models do
    test "#{model}: as on the server", %{real: real, stub: stub} do
      opts = [model: unquote(model)]
      assert whole([client: stub] ++ opts) == whole([client: real] ++ opts)
      assert streamed([client: stub] ++ opts) == streamed([client: real] ++ opts)
    end
  end

  defp whole(opts) do
    case OneshotAI.chat("echo", @text, opts) do
      {:ok, response} -> {:ok, response.text, response.finish_reason, length(response.content)}
      {:error, error} -> {:error, error.reason, error.status, error.retryable?, error.retry_after}
    end
  end

  defp streamed(opts) do
    elements = "echo" |> OneshotAI.stream(@text, opts) |> Enum.to_list()
    texts = for %Event.PartDelta{delta: delta} <- elements, do: delta

    case List.last(elements) do
      %Event.Done{response: response} -> {:ok, texts, response.text, response.finish_reason}
      {:error, error} -> {:error, texts, error.reason, error.status, error.retryable?}
    end
  end

  test "a stubbed answer of any provider may misbehave", %{stub: stub} do
    answer = [text: @text, usage: [input_tokens: 3, output_tokens: 4, total_tokens: 7]]
    Test.stub([{:fault, "echo-stall-3", answer}, {:fault, "echo-late-100", answer}, "fine"])

    assert {:error, %Error{reason: :upstream_stalled, partial: %{text: "one two three"}}} =
             OneshotAI.collect(OneshotAI.stream("claude", "Hi", client: stub))

    started = System.monotonic_time(:millisecond)
    assert {:ok, %{text: @text, usage: usage}} = OneshotAI.chat("claude", "Hi", client: stub)
    assert usage.total_tokens == 7
    assert System.monotonic_time(:millisecond) - started >= 100
    assert {:ok, "fine"} = OneshotAI.chat_text("claude", "Hi", client: stub)
    Test.verify!()

    Test.stub({:fault, "echo-nothing", "Hi"})

    assert_raise ArgumentError, ~r/none of echo's models that fail/, fn ->
      OneshotAI.chat("claude", "Hi", client: stub)
    end
  end

  test "a fault keeps tool calls and reasoning that were written before it", %{stub: stub} do
    Test.stub(
      {:fault, "echo-slow", [reasoning: "Hm.", tool_calls: [[name: :now, arguments: %{tz: "UTC"}]]]}
    )

    assert {:ok, response} = OneshotAI.chat("claude", "Hi", client: stub)
    assert [%{"type" => "reasoning", "text" => "Hm."}, %{"type" => "tool_call"}] = response.content
    assert [%{name: "now", arguments: %{"tz" => "UTC"}}] = response.tool_calls
  end

  test "limits, usage and dry runs can be stubbed", %{stub: stub} do
    assert {:ok, []} = OneshotAI.limits(client: stub)
    Test.stub(:limits, [[per: "subject", kind: "usd", limit: 2.5, used: 1, reserved: 0]])
    assert {:ok, [%{kind: "usd", limit: 2.5}]} = OneshotAI.limits(client: stub)

    Test.stub(:usage, [[day: "2026-11-27", calls: 1], [day: "2026-11-28", calls: 3]])
    assert {:ok, %{totals: %{"calls" => 4}, rows: [_, _]}} = OneshotAI.usage(client: stub)

    Test.stub(:dry_run, [[provider: "claude", model: "opus"]])
    assert {:ok, %{targets: [%{model: "opus"}]}} = OneshotAI.dry_run("claude", "Hi", client: stub)
    assert_received {:oneshot_ai_request, %{function: :dry_run, body: %{"dry_run" => true}}}

    Test.stub({:error, :budget_exceeded, limit: [per: "subject", kind: "usd", limit: 1, used: 1]})

    assert {:error, %Error{limit: %OneshotAI.Limit{kind: "usd", used: 1}}} =
             OneshotAI.chat("claude", "Hi", client: stub)
  end
end
