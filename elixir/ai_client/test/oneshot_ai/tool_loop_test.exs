defmodule OneshotAI.ToolLoopTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Tool, ToolRun, Usage}

  @city %{type: "object", properties: %{city: %{type: "string"}}}

  defp stubbed(answers) do
    :ok = OneshotAI.Test.stub(answers)
    Client.new(transport: OneshotAI.Test)
  end

  test "against the real server: asks, runs, and answers" do
    owner = self()

    weather =
      Tool.new(
        name: "weather",
        description: "The weather",
        parameters: @city,
        run: fn arguments ->
          send(owner, {:ran, arguments})
          {:ok, "rain"}
        end
      )

    assert {:ok, %ToolRun{} = run} = OneshotAI.run_tools("echo", "weather in Bergen", [weather])
    assert_received {:ran, %{"city" => "weather in Bergen"}}
    assert run.response.text == "rain"
    assert run.rounds == 2

    assert [
             %{role: "user"},
             %{role: "assistant"},
             %{role: "tool", content: "rain"},
             %{role: "assistant"}
           ] = run.messages

    assert %Usage{total_tokens: total} = run.usage
    assert total > run.response.usage.total_tokens

    # The conversation goes on.
    assert {:ok, %{text: "Thanks"}} =
             OneshotAI.chat("echo", run.messages ++ [Message.user("Thanks")])
  end

  test "several calls in one answer, in order; results of every kind" do
    calls = for name <- ~w(text map ok error atom), do: [name: name, arguments: %{}]
    client = stubbed([[tool_calls: calls], "Done."])

    tools = [
      %{name: "text", run: fn _ -> "plain" end},
      [name: "map", run: fn _ -> %{celsius: 12, list: [a: 1]} end],
      Tool.new(name: "ok", run: fn _ -> {:ok, [1, 2]} end),
      Tool.new(name: "error", run: fn _ -> {:error, "no such city"} end),
      Tool.new(name: "atom", run: fn _ -> {:error, :not_found} end)
    ]

    assert {:ok, %ToolRun{response: %{text: "Done."}, rounds: 2} = run} =
             OneshotAI.run_tools("claude", "Go", tools, client: client, max_tokens: 5)

    assert [_user, _calls, text, map, ok, error, atom, _done] = run.messages
    assert %{tool_call_id: "call_1", name: "text", content: "plain"} = text
    assert {:ok, %{"celsius" => 12, "list" => %{"a" => 1}}} = OneshotAI.JSON.decode(map.content)
    assert %{content: "[1,2]"} = ok
    assert %{content: "no such city", is_error: true} = error
    assert %{content: "not_found", is_error: true} = atom

    assert_received {:oneshot_ai_request, %{body: %{"tools" => tools, "max_tokens" => 5}}}
    assert Enum.map(tools, &Map.keys/1) == List.duplicate(["name"], 5)
  end

  test "a tool that does not exist is a failure that the model sees" do
    client = stubbed([[tool_calls: [[name: "nothing"]]], "Sorry."])
    assert {:ok, run} = OneshotAI.run_tools("claude", "Go", [], client: client)
    assert [_, _, %{is_error: true, content: "There is no tool of this name."}, _] = run.messages
  end

  test "a tool that gives an exception, and one that is named by an atom" do
    client = stubbed([[tool_calls: [[name: "fetch"]]], "Sorry."])
    fetch = %{name: :fetch, run: fn _ -> {:error, %RuntimeError{message: "no route"}} end}
    assert {:ok, run} = OneshotAI.run_tools("claude", "Go", [fetch], client: client)
    assert [_, _, %{is_error: true, content: "no route"}, _] = run.messages
  end

  test "wrong arguments are a failure that the model sees, and do not reach the tool" do
    parameters = %{type: "object", properties: %{city: %{type: "string"}}, required: ["city"]}

    weather =
      Tool.new(name: "weather", parameters: parameters, run: fn %{"city" => city} -> city end)

    calls = [
      [name: "weather", arguments: %{town: "Bergen"}],
      [name: "weather", arguments: %{city: "Bergen"}]
    ]

    client = stubbed([[tool_calls: calls], "Done."])
    assert {:ok, run} = OneshotAI.run_tools("claude", "Go", [weather], client: client)

    assert [
             _,
             _,
             %{is_error: true, content: "The arguments are wrong: city is missing."},
             %{content: "Bergen"},
             _
           ] = run.messages

    # Arguments that were cut, as the server sends them.
    cut = %{
      "id" => "1",
      "name" => "weather",
      "arguments" => %{},
      "arguments_text" => ~s({"city": "Ber)
    }

    {:ok, answers} = Agent.start_link(fn -> [[Map.put(cut, "type", "tool_call")], []] end)

    ask = fn _messages ->
      content = Agent.get_and_update(answers, fn [content | rest] -> {content, rest} end)
      [%Event.Done{response: Response.decode(%{"content" => content})}]
    end

    {opts, []} = OneshotAI.ToolLoop.split!([])
    assert {:ok, run} = OneshotAI.ToolLoop.run([], [Map.from_struct(weather)], opts, ask)
    assert [_, %{is_error: true, content: "The arguments are not a JSON object."}, _] = run.messages
  end

  test "a tool that cannot be run is a mistake in the program; one that the vendor runs is not" do
    client = stubbed("Done.")

    for tool <- [
          %{name: "weather"},
          Tool.new(name: "weather"),
          %{name: "weather", run: fn -> 1 end}
        ] do
      assert_raise ArgumentError, ~r/the tool weather has no :run/, fn ->
        OneshotAI.run_tools("claude", "Go", [tool], client: client)
      end
    end

    search = %{
      type: "opaque",
      format: "anthropic",
      value: %{type: "web_search_20250305", name: "web_search"}
    }

    assert {:ok, %{response: %{text: "Done."}}} =
             OneshotAI.run_tools("claude", "Go", [search], client: client)
  end

  test "a tool that raises is a bug, and raises" do
    client = stubbed([[tool_calls: [[name: "broken"]]], "Sorry."])
    broken = Tool.new(name: "broken", run: fn _ -> raise "bug" end)

    assert_raise RuntimeError, "bug", fn ->
      OneshotAI.run_tools("claude", "Go", [broken], client: client)
    end
  end

  test "a model that never stops is stopped" do
    client = stubbed(tool_calls: [[name: "again"]])
    again = Tool.new(name: "again", run: fn _ -> "again" end)

    assert {:error, %Error{reason: :too_many_rounds, partial: %Response{}, messages: messages}} =
             OneshotAI.run_tools("claude", "Go", [again], client: client, max_rounds: 3)

    assert length(messages) == 7

    for _ <- 1..3, do: assert_received({:oneshot_ai_request, _body})
    refute_received {:oneshot_ai_request, _body}
  end

  test "an error on the way is the result, with what had been done till then" do
    client = stubbed([[tool_calls: [[name: "again"]]], {:error, :upstream_overloaded, status: 503}])
    again = Tool.new(name: "again", run: fn _ -> "again" end)

    assert {:error, %Error{reason: :upstream_overloaded, messages: messages}} =
             OneshotAI.run_tools("claude", "Go", [again], client: client)

    assert [%{role: "user"}, %{role: "assistant"}, %{role: "tool", content: "again"}] = messages
  end
end
