defmodule OneshotAI.CancellationTest do
  # Alone: it counts processes, ports and the server's log lines.
  use OneshotAI.Case, async: false

  alias OneshotAI.{Anthropic, RawServer}

  @long String.duplicate("word ", 500)

  describe "the vendor's connection is closed within 2 s" do
    setup do
      # The model says a word, and then thinks without end.
      %{url: url} = Anthropic.start!(Enum.take(Anthropic.events(), 3), silent: true)

      server =
        TestServer.start!(%{"ANTHROPIC_API_KEY" => "sk-ant-test", "ANTHROPIC_BASE_URL" => url})

      {:ok, client: client(server)}
    end

    test "when the process that reads the stream is killed", %{client: client} do
      reader = read_in_process(client)
      assert_closed(fn -> Process.exit(reader, :kill) end)
    end

    test "when the process ends in any other way", %{client: client} do
      for reason <- [:shutdown, :boom] do
        reader = read_in_process(client)
        assert_closed(fn -> Process.exit(reader, reason) end)
      end
    end

    test "when no more elements are wanted", %{client: client} do
      assert_closed(fn ->
        assert [%Event.Start{}, %Event.Usage{}] =
                 Enum.take(OneshotAI.stream("claude", "Hi", client: client), 2)
      end)
    end

    test "when the reader raises", %{client: client} do
      assert_closed(fn ->
        assert_raise RuntimeError, fn ->
          for _event <- OneshotAI.stream("claude", "Hi", client: client), do: raise("enough")
        end
      end)
    end

    test "when it is silent for too long, and the partial answer is kept", %{client: client} do
      assert_closed(fn ->
        assert [%Event.Start{} | rest] =
                 Enum.to_list(
                   OneshotAI.stream("claude", "Hi", client: client, silence_timeout: 2_000)
                 )

        assert {:error, %Error{reason: :timeout, partial: %Response{model: "claude-sonnet-5-5"}}} =
                 List.last(rest)
      end)
    end

    test "when a stream to a process is cancelled, or that process ends", %{client: client} do
      {:ok, ref} = OneshotAI.stream_to(self(), "claude", "Hi", client: client)
      assert_receive {:oneshot_ai, ^ref, %Event.Start{}}
      assert_closed(fn -> OneshotAI.cancel(ref) end)
      refute_received {:oneshot_ai, _ref, _event}

      owner = self()

      receiver =
        spawn(fn ->
          {:ok, _ref} = OneshotAI.stream_to(self(), "claude", "Hi", client: client)
          receive do: ({:oneshot_ai, _ref, %Event.Start{}} -> send(owner, :begun))
          Process.sleep(:infinity)
        end)

      assert_receive :begun
      assert_closed(fn -> Process.exit(receiver, :kill) end)
    end
  end

  defp read_in_process(client) do
    owner = self()

    reader =
      spawn(fn ->
        Enum.each(OneshotAI.stream("claude", "Hi", client: client), &send(owner, {:event, &1}))
      end)

    assert_receive {:event, %Event.Start{}}
    reader
  end

  defp assert_closed(fun) do
    result = fun.()
    at = System.monotonic_time(:millisecond)
    assert_receive {:upstream_closed, true, closed_at}
    assert closed_at - at < 2_000
    result
  end

  test "a whole call whose process is killed is cancelled on the server" do
    %{url: url} =
      RawServer.start!(fn connection, _request -> RawServer.closed?(connection, 60_000) end)

    server = TestServer.start!(%{"ANTHROPIC_API_KEY" => "sk-ant-test", "ANTHROPIC_BASE_URL" => url})
    client = client(server)
    caller = spawn(fn -> OneshotAI.chat("claude", "Hi", client: client) end)
    assert_receive {:request, _text}
    Process.exit(caller, :kill)
    assert eventually(fn -> Enum.any?(TestServer.log(server), &(&1["code"] == "cancelled")) end)
  end

  test "Enum.take/2 cancels, and gives what was asked for" do
    TestServer.forget_log(server())

    assert [%Event.Start{}, %Event.PartStart{}, %Event.PartDelta{delta: "word"}] =
             Enum.take(OneshotAI.stream("echo", @long, model: "echo-slow"), 3)

    assert eventually(fn -> Enum.any?(TestServer.log(server()), &(&1["code"] == "cancelled")) end)
  end

  test "1,000 readers that are killed leave nothing behind" do
    TestServer.forget_log(server())
    before = settled()
    owner = self()

    for _round <- 1..5 do
      readers =
        for _reader <- 1..200 do
          spawn(fn ->
            Enum.each(OneshotAI.stream("echo", @long, model: "echo-slow"), fn event ->
              send(owner, {self(), event})
            end)
          end)
        end

      # Each has begun to read its answer, and waits for the next word.
      for reader <- readers, do: assert_receive({^reader, %Event.PartDelta{}}, 60_000)
      for reader <- readers, do: Process.exit(reader, :kill)
    end

    cancelled = fn -> Enum.count(TestServer.log(server()), &(&1["code"] == "cancelled")) end
    assert eventually(fn -> cancelled.() >= 1_000 end), "#{cancelled.()} cancelled"

    assert eventually(fn -> count() == before end),
           "left behind: #{inspect(count())}, before: #{inspect(before)}"
  end

  test "1,000 streams to processes that are killed leave nothing behind" do
    before = settled()
    owner = self()

    for _round <- 1..5 do
      receivers =
        for _receiver <- 1..200 do
          spawn(fn ->
            {:ok, _ref} = OneshotAI.stream_to(self(), "echo", @long, model: "echo-slow")
            receive do: ({:oneshot_ai, _ref, %Event.Start{}} -> send(owner, {:begun, self()}))
            Process.sleep(:infinity)
          end)
        end

      for receiver <- receivers, do: assert_receive({:begun, ^receiver}, 60_000)
      for receiver <- receivers, do: Process.exit(receiver, :kill)
    end

    assert eventually(fn -> count() == before end),
           "left behind: #{inspect(count())}, before: #{inspect(before)}"
  end

  defp count do
    %{port: port} = URI.parse(TestServer.url(server()))

    %{
      processes: length(Process.list()),
      ports: length(Port.list()),
      connections: connections(port),
      readers: Task.Supervisor.children(OneshotAI.Readers)
    }
  end

  # Tests before this one may still be clearing up.
  defp settled(previous \\ nil) do
    Process.sleep(200)
    current = count()
    if current == previous, do: current, else: settled(current)
  end

  # Open connections to the server, as the operating system sees them.
  defp connections(port) do
    hex = port |> Integer.to_string(16) |> String.pad_leading(4, "0")

    "/proc/net/tcp"
    |> File.stream!()
    |> Enum.count(fn line ->
      match?([_, _, <<_::binary-size(9), ^hex::binary-size(4)>>, "01" | _], String.split(line))
    end)
  end
end
