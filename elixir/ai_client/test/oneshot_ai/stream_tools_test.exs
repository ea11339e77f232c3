defmodule OneshotAI.StreamToolsTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Tool, ToolRun}

  defp stubbed(answers) do
    OneshotAI.Test.stub(answers)
    Client.new(transport: OneshotAI.Test)
  end

  test "on the real server: the events of both rounds, and the run at the end" do
    weather = Tool.new(name: "weather", parameters: [city: :string], run: fn _ -> "rain" end)
    events = Enum.to_list(OneshotAI.stream_tools("echo", "weather in Bergen", [weather]))

    assert [%Event.Start{}, %Event.PartStart{kind: :tool_call} | _] = events
    assert %Event.Done{run: %ToolRun{rounds: 2, messages: [_, _, _, _]} = run} = List.last(events)
    assert run.response.text == "rain"

    assert [
             %Event.Round{number: 1},
             %Event.ToolStart{call: call},
             %Event.ToolStop{call: call, message: %{content: "rain"}, error?: false}
           ] =
             Enum.filter(events, &(&1.__struct__ in [Event.Round, Event.ToolStart, Event.ToolStop]))

    assert Enum.count(events, &match?(%Event.Start{}, &1)) == 2
    assert Enum.count(events, &match?(%Event.Done{}, &1)) == 1
  end

  test "to a process, and cancelled while a tool runs: the tool ends" do
    owner = self()

    slow =
      Tool.new(
        name: "slow",
        run: fn _ ->
          send(owner, {:tool, self()})
          Process.sleep(:infinity)
        end
      )

    client = stubbed([[tool_calls: [[name: "slow"]]], "Done."])
    stream = OneshotAI.stream_tools("claude", "Go", [slow], client: client)
    {:ok, ref} = OneshotAI.stream_to(self(), stream)
    assert_receive {:oneshot_ai, ^ref, %Event.ToolStart{}}
    assert_receive {:tool, tool}
    monitor = Process.monitor(tool)
    OneshotAI.cancel(ref)
    assert_receive {:DOWN, ^monitor, :process, ^tool, _reason}
    refute_received {:oneshot_ai, _ref, _event}
  end

  test "tools of one answer run at the same time, and the results keep the order of the calls" do
    owner = self()

    # Neither returns before both run.
    meet =
      Tool.new(
        name: "meet",
        run: fn %{"me" => me} ->
          send(owner, {:here, me, self()})
          receive do: (:go -> me)
        end
      )

    client =
      stubbed([
        [tool_calls: for(me <- ["a", "b"], do: [name: "meet", arguments: %{me: me}])],
        "Done."
      ])

    task = Task.async(fn -> OneshotAI.run_tools!("claude", "Go", [meet], client: client) end)
    assert_receive {:here, "a", a}
    assert_receive {:here, "b", b}
    send(b, :go)
    Process.sleep(20)
    send(a, :go)
    assert [_, _, %{content: "a"}, %{content: "b"}, _] = Task.await(task).messages
  end

  test "a tool that takes too long is killed, and the model sees a failure" do
    owner = self()

    slow = %{
      name: "slow",
      run: fn _ ->
        send(owner, {:tool, self()})
        Process.sleep(:infinity)
      end
    }

    client = stubbed([[tool_calls: [[name: "slow"]]], "Sorry."])
    opts = [client: client, tool_timeout: 30]
    assert {:ok, run} = OneshotAI.run_tools("claude", "Go", [slow], opts)
    assert [_, _, %{is_error: true, content: "The tool did not finish in time."}, _] = run.messages
    assert_received {:tool, tool}
    refute Process.alive?(tool)
  end

  test "a result that is not JSON names the tool" do
    client = stubbed([[tool_calls: [[name: "odd"]]], "Done."])

    assert_raise ArgumentError, ~r/the result of the tool odd cannot be encoded as JSON/, fn ->
      OneshotAI.run_tools("claude", "Go", [%{name: "odd", run: fn _ -> %{a: {1, 2}} end}],
        client: client
      )
    end

    OneshotAI.Test.stub([[tool_calls: [[name: "date"]]], "Done."])
    date = %{name: "date", run: fn _ -> [~D[2026-11-28], ~U[2026-11-28 10:00:00Z]] end}
    assert {:ok, run} = OneshotAI.run_tools("claude", "Go", [date], client: client)
    assert [_, _, %{content: ~s(["2026-11-28","2026-11-28T10:00:00Z"])}, _] = run.messages
  end

  test "an error of the second round ends the stream, with the conversation so far" do
    client = stubbed([[tool_calls: [[name: "again"]]], {:error, :upstream_overloaded}])
    again = Tool.new(name: "again", run: fn _ -> "again" end)
    events = Enum.to_list(OneshotAI.stream_tools("claude", "Go", [again], client: client))

    assert {:error, %Error{reason: :upstream_overloaded, messages: [_, _, %{role: "tool"}]}} =
             List.last(events)
  end
end
