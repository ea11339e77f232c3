defmodule OneshotAI.StreamTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Anthropic, RawServer}

  test "the events, in their order" do
    assert [
             %Event.Start{
               provider: "echo",
               model: "echo",
               id: "echo_" <> _,
               request_id: request_id
             },
             %Event.PartStart{index: 0, kind: :text},
             %Event.PartDelta{index: 0, kind: :text, delta: "Hello"},
             %Event.PartDelta{index: 0, kind: :text, delta: " there"},
             %Event.PartEnd{
               index: 0,
               kind: :text,
               part: %{"type" => "text", "text" => "Hello there"}
             },
             %Event.Done{
               response: %Response{
                 request_id: request_id,
                 text: "Hello there",
                 finish_reason: :stop
               }
             }
           ] = "echo" |> OneshotAI.stream("Hello there") |> Enum.to_list()

    assert is_binary(request_id)
  end

  test "the last event has what chat/3 gives" do
    opts = [
      reasoning: [effort: "low"],
      temperature: 1,
      tools: [
        %{name: "weather", parameters: %{type: "object", properties: %{city: %{type: "string"}}}}
      ]
    ]

    for text <- ["Hello there", "weather in Bergen, “now”"] do
      {:ok, whole} = OneshotAI.chat("echo", text, opts)
      %Event.Done{response: streamed} = "echo" |> OneshotAI.stream(text, opts) |> Enum.at(-1)
      assert anonymous(streamed) == anonymous(whole)
    end
  end

  defp anonymous(response) do
    forget_ids = fn part -> Map.delete(part, "id") end

    %{
      response
      | id: nil,
        request_id: nil,
        content: Enum.map(response.content, forget_ids),
        message: Map.update!(response.message, :content, &Enum.map(&1, forget_ids)),
        tool_calls: Enum.map(response.tool_calls, &%{&1 | id: nil}),
        attempts: Enum.map(response.attempts, &%{&1 | duration_ms: nil})
    }
  end

  test "an answer that is cut ends in an error, with what there was of it" do
    events = "echo" |> OneshotAI.stream("one two three four", model: "echo-cut") |> Enum.to_list()

    assert {:error, %{reason: :upstream_incomplete, retryable?: true, partial: partial} = error} =
             List.last(events)

    assert %Response{text: text, finish_reason: nil, usage_complete?: false, provider: "echo"} =
             partial

    assert "one two three four" =~ text and text =~ "one"
    assert error.request_id == partial.request_id
    assert Enum.count(events, &match?({:error, _}, &1)) == 1
    refute Enum.any?(events, &match?(%Event.Done{}, &1))
  end

  test "a text stream that is cut raises at its end, and not before" do
    {:ok, seen} = Agent.start_link(fn -> "" end)

    assert_raise Error, ~r/upstream_incomplete/, fn ->
      for text <- OneshotAI.stream_text("echo", "one two three four", model: "echo-cut") do
        Agent.update(seen, &(&1 <> text))
      end
    end

    assert Agent.get(seen, & &1) =~ "one"
  end

  test "a stream whose connection is cut, or ends without a last event, is never taken for a whole one" do
    start = ~s(data: {"type":"start","id":"1","request_id":"r","provider":"p","model":"m"}\n\n)
    part = ~s(data: {"type":"part-start","index":0,"kind":"text"}\n\n)
    delta = ~s(data: {"type":"part-delta","index":0,"kind":"text","delta":"Hel"}\n\n)
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    chunk = fn text -> [Integer.to_string(byte_size(text), 16), "\r\n", text, "\r\n"] end

    endings = [
      # cut in the middle of a chunk, between chunks, cleanly but without a last event, by the end
      # of the connection
      [head, "transfer-encoding: chunked\r\n\r\n", chunk.(start <> part <> delta), "ff\r\nda"],
      [head, "transfer-encoding: chunked\r\n\r\n", chunk.(start <> part <> delta)],
      [head, "transfer-encoding: chunked\r\n\r\n", chunk.(start <> part <> delta), "0\r\n\r\n"],
      [head, "\r\n", start, part, delta],
      [head, "content-length: 10000\r\n\r\n", start, part, delta]
    ]

    for bytes <- endings do
      %{url: url} =
        RawServer.start!(fn connection, _request ->
          RawServer.write(connection, bytes)
          RawServer.close(connection)
        end)

      client = Client.new(url: url, token: "t")
      events = Enum.to_list(OneshotAI.stream("p", "Hi", client: client))

      assert [%Event.Start{}, %Event.PartStart{}, %Event.PartDelta{delta: "Hel"}, {:error, error}] =
               events

      assert %Error{reason: :disconnected, request_id: "r", partial: %Response{text: "Hel"}} = error
    end
  end

  test "an event that is not the server's ends the stream in an error" do
    for data <- [
          "{",
          "[]",
          ~s({"no":"type"}),
          ~s({"type":"part-delta","index":5,"delta":"x"}),
          ~s({"type":"error"})
        ] do
      %{url: url} =
        RawServer.start!(fn connection, _request ->
          RawServer.write(
            connection,
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: #{data}\n\n"
          )

          RawServer.close(connection)
        end)

      client = Client.new(url: url, token: "t")

      assert [{:error, %Error{reason: :invalid_response}}] =
               Enum.to_list(OneshotAI.stream("p", "Hi", client: client))
    end
  end

  test "what a newer server adds is passed over" do
    events = [
      ~s(data: {"type":"weather","sunny":true}\n\n),
      ~s(data: {"type":"start","id":"1","mood":"good"}\n\n),
      ~s(event: done\nid: 9\nretry: 5\ndata: {"type":"done","complete":true,"finish_reason":"boredom","usage":null}\n\n)
    ]

    %{url: url} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(connection, [
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
          events
        ])

        RawServer.close(connection)
      end)

    assert [%Event.Start{id: "1"}, %Event.Done{response: %{finish_reason: :unknown, text: ""}}] =
             Enum.to_list(OneshotAI.stream("p", "Hi", client: Client.new(url: url, token: "t")))
  end

  test "is lazy, asks anew each time, and can be suspended" do
    owner = self()

    token = fn ->
      send(owner, :asked)
      mint()
    end

    stream =
      OneshotAI.stream("echo", "one two three", client: client(server(), jwt: nil, token: token))

    refute_received :asked
    assert Enum.count(stream) == Enum.count(stream)
    assert_received :asked
    assert_received :asked
    refute_received :asked

    # Zipping suspends both streams after every element.
    texts = OneshotAI.stream_text("echo", "one two three")

    assert [{"one", 1}, {" two", 2}] =
             texts |> Stream.zip(Stream.iterate(1, &(&1 + 1))) |> Enum.take(2)
  end

  defp mint do
    {:ok, token} = OneshotAI.Token.fetch(client(server()), %{})
    token
  end

  test "leaves no message in the caller's mailbox" do
    Enum.to_list(OneshotAI.stream("echo", "one two three"))
    Enum.take(OneshotAI.stream("echo", "one two three", model: "echo-slow"), 2)
    OneshotAI.chat("echo", "Hi")
    assert {:message_queue_len, 0} = Process.info(self(), :message_queue_len)
  end

  test "200 streams of 200 processes at once, with nothing to wait for but the server" do
    words = "one two three four five"
    owner = self()

    readers =
      for number <- 1..200 do
        Task.async(fn ->
          "echo"
          |> OneshotAI.stream_text("#{number} #{words}", model: "echo-slow")
          |> Stream.with_index()
          |> Enum.map_join(fn {text, index} ->
            # With the first word in hand each waits for all of the others, so no stream can wait
            # for another one's end.
            if index == 0 do
              send(owner, {:begun, number})
              receive do: (:go_on -> :ok)
            end

            text
          end)
        end)
      end

    for number <- 1..200, do: assert_receive({:begun, ^number}, 60_000)
    for reader <- readers, do: send(reader.pid, :go_on)
    assert Task.await_many(readers, 60_000) == for(number <- 1..200, do: "#{number} #{words}")
  end

  test "a slow reader slows the server down" do
    owner = self()
    start = ~s(data: {"type":"part-start","index":0,"kind":"text"}\n\n)

    delta =
      ~s(data: {"type":"part-delta","index":0,"kind":"text","delta":"#{String.duplicate("x", 100_000)}"}\n\n)

    %{url: url} =
      RawServer.start!(fn {_module, socket} = connection, _request ->
        RawServer.write(connection, [
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
          start
        ])

        :ok = :inet.setopts(socket, send_timeout: 500)
        blocks = Enum.find(1..1000, fn _ -> RawServer.write(connection, delta) != :ok end)
        send(owner, {:written, blocks})
      end)

    pid =
      spawn(fn ->
        stream = OneshotAI.stream("p", "Hi", client: Client.new(url: url, token: "t"))
        Enum.each(stream, fn _event -> Process.sleep(:infinity) end)
      end)

    # What fits into the buffers of two sockets, of the 100 MB that there are.
    assert_receive {:written, blocks}
    assert blocks < 200
    assert {:message_queue_len, 0} = Process.info(pid, :message_queue_len)
    Process.exit(pid, :kill)
  end

  describe "a vendor's answer" do
    setup do
      %{url: url} = Anthropic.start!(Anthropic.events(), message: Anthropic.message())

      server =
        TestServer.start!(%{"ANTHROPIC_API_KEY" => "sk-ant-test", "ANTHROPIC_BASE_URL" => url})

      {:ok, client: client(server)}
    end

    test "comes back on the next turn with its signatures, byte for byte", %{client: client} do
      tools = [
        %{name: "weather", parameters: %{type: "object", properties: %{city: %{type: "string"}}}}
      ]

      messages = [Message.user("Weather in Bergen and Åre?")]
      opts = [client: client, tools: tools, reasoning: [effort: "medium"]]

      {:ok, whole} = OneshotAI.chat("claude", messages, opts)
      %Event.Done{response: streamed} = "claude" |> OneshotAI.stream(messages, opts) |> Enum.at(-1)
      assert streamed.content == whole.content
      assert_received {:upstream_request, _first}
      assert_received {:upstream_request, _second}

      for response <- [whole, streamed] do
        assert response.finish_reason == :tool_calls
        results = Enum.map(response.tool_calls, &Message.tool_result(&1, "12 °C"))

        assert {:ok, next} =
                 OneshotAI.chat("claude", messages ++ [response.message] ++ results, opts)

        assert next.warnings == response.warnings

        assert_received {:upstream_request,
                         %{
                           "messages" => [
                             _question,
                             %{"role" => "assistant", "content" => sent},
                             answers
                           ]
                         }}

        assert sent == Anthropic.message()["content"]

        assert [
                 %{"type" => "tool_result", "tool_use_id" => "toolu_1"},
                 %{"tool_use_id" => "toolu_2"}
               ] = answers["content"]
      end
    end

    test "survives a database: written as JSON and read back", %{client: client} do
      {:ok, response} = OneshotAI.chat("claude", "Weather?", client: client)
      {:ok, stored} = response.message |> OneshotAI.JSON.encode!() |> OneshotAI.JSON.decode()
      results = Enum.map(response.tool_calls, &Message.tool_result(&1, "12 °C"))
      tools = [%{name: "weather"}]

      assert {:ok, _next} =
               OneshotAI.chat("claude", [Message.user("Weather?"), stored | results],
                 client: client,
                 tools: tools
               )

      assert_received {:upstream_request, _first}
      assert_received {:upstream_request, %{"messages" => [_, %{"content" => sent}, _]}}
      assert sent == Anthropic.message()["content"]
    end
  end

  test "a server that stops ends its streams with a word" do
    server = TestServer.start!(%{"SHUTDOWN_GRACE_MS" => "300"})
    client = client(server)
    task = last_event(client)
    TestServer.signal(server, "TERM")

    assert {:error, %Error{reason: :shutting_down, retryable?: true, partial: %Response{}}} =
             Task.await(task, 20_000)
  end

  test "a server that is killed is noticed" do
    server = TestServer.start!()
    client = client(server)

    task = last_event(client)
    TestServer.signal(server, "KILL")
    assert {:error, %Error{reason: :disconnected}} = Task.await(task, 20_000)
  end

  # A process that reads a long stream, and has begun to.
  defp last_event(client) do
    owner = self()

    task =
      Task.async(fn ->
        "echo"
        |> OneshotAI.stream(String.duplicate("word ", 200), model: "echo-slow", client: client)
        |> Stream.each(&send(owner, {:event, &1}))
        |> Enum.at(-1)
      end)

    assert_receive {:event, %Event.PartDelta{}}
    task
  end

  test "timeout bounds a stream as a whole; collect/1 reads it to its end" do
    long = String.duplicate("word ", 300)
    opts = [model: "echo-slow", timeout: 700]
    {time, result} = :timer.tc(fn -> OneshotAI.collect(OneshotAI.stream("echo", long, opts)) end)
    assert {:error, %Error{reason: :timeout}} = result
    assert time in 600_000..10_000_000

    assert {:ok, %Response{text: "Hello there"}} =
             OneshotAI.collect(OneshotAI.stream("echo", "Hello there"))

    assert {:error, %Error{reason: :disconnected}} =
             "echo" |> OneshotAI.stream("Hello there") |> Enum.take(2) |> OneshotAI.collect()

    assert_raise Error, fn ->
      Enum.to_list(OneshotAI.stream!("echo", "a b c", model: "echo-cut"))
    end

    assert %Event.Done{} = "echo" |> OneshotAI.stream!("Hi") |> Enum.at(-1)
  end
end
