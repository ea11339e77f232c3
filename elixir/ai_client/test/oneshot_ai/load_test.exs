defmodule OneshotAI.LoadTest do
  # Alone: it counts the VM's processes and sockets.
  use OneshotAI.Case, async: false

  @streams 500
  @long String.duplicate("word ", 600)

  defp counts do
    %{
      processes: length(Process.list()),
      sockets: Enum.count(Port.list(), &(Port.info(&1, :name) == {:name, ~c"tcp_inet"})),
      readers: length(Task.Supervisor.children(OneshotAI.Readers)),
      spans: map_size(:sys.get_state(OneshotAI.Telemetry.OpenSpans).spans),
      messages: elem(Process.info(self(), :message_queue_len), 1)
    }
  end

  defp assert_nothing_left(before) do
    # Fewer is fine: something of an earlier test may have ended meanwhile.
    left = fn -> Enum.filter(counts(), fn {name, count} -> count > before[name] end) end
    assert eventually(fn -> left.() == [] end, 60_000), inspect(left.())
  end

  # A server of its own, since its restart would disturb the others.
  setup do
    server = TestServer.start!()
    client = client(server)
    {:ok, _} = OneshotAI.chat("echo", "Hi", client: client)
    {:ok, server: server, client: client}
  end

  defp start_streams(client, receivers) do
    for receiver <- receivers do
      opts = [model: "echo-slow", client: client]
      {:ok, ref} = OneshotAI.stream_to(receiver, "echo", @long, opts)
      ref
    end
  end

  defp receiver(owner) do
    spawn(fn ->
      receive do: ({:oneshot_ai, _ref, %Event.Start{}} -> send(owner, {:started, self()}))
      Process.sleep(:infinity)
    end)
  end

  defp await_started(receivers) do
    for receiver <- receivers, do: assert_receive({:started, ^receiver}, 60_000)
  end

  test "500 streams whose receivers are killed leave nothing behind", %{client: client} do
    before = counts()
    receivers = for _ <- 1..@streams, do: receiver(self())
    start_streams(client, receivers)
    await_started(receivers)
    assert counts().sockets - before.sockets == @streams
    for receiver <- receivers, do: Process.exit(receiver, :kill)
    assert_nothing_left(before)
  end

  test "500 streams that are cancelled leave nothing behind, and no message", %{client: client} do
    before = counts()
    refs = start_streams(client, List.duplicate(self(), @streams))
    for ref <- refs, do: assert_receive({:oneshot_ai, ^ref, %Event.Start{}}, 60_000)
    for ref <- refs, do: OneshotAI.cancel(ref)
    assert_nothing_left(before)
  end

  test "500 streams to the end, each with its own text", %{client: client} do
    before = counts()

    1..@streams
    |> Task.async_stream(
      fn number ->
        text = "this is answer #{number}"
        {:ok, %{text: ^text}} = OneshotAI.collect(OneshotAI.stream("echo", text, client: client))
      end,
      max_concurrency: @streams,
      timeout: 60_000
    )
    |> Enum.each(fn result -> assert {:ok, {:ok, _response}} = result end)

    assert_nothing_left(before)
  end

  test "a server that is killed under load: every stream ends with an error", context do
    %{server: server, client: client} = context
    before = counts()
    owner = self()

    readers =
      for _ <- 1..@streams do
        spawn(fn ->
          elements = OneshotAI.stream("echo", @long, model: "echo-slow", client: client)

          last =
            Enum.reduce(elements, nil, fn element, _last ->
              if match?(%Event.Start{}, element), do: send(owner, {:started, self()})
              element
            end)

          send(owner, {:last, self(), last})
        end)
      end

    await_started(readers)
    TestServer.signal(server, "KILL")

    for reader <- readers do
      assert_receive {:last, ^reader, {:error, %Error{reason: :disconnected, partial: partial}}},
                     60_000

      assert %Response{} = partial
    end

    assert_nothing_left(before)

    # The next server answers.
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi", client: client(TestServer.start!()))
  end
end
