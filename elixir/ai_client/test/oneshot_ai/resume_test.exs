defmodule OneshotAI.ResumeTest do
  # What the client does when connections are lost, against a server that loses them.
  use OneshotAI.Case, async: true

  alias OneshotAI.RawServer

  @id "0123456789abcdef0123456789abcdef"
  @head "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: #{@id}\r\nconnection: close\r\n\r\n"

  @events [
    ~s({"type":"start","id":"a","request_id":"#{@id}","provider":"echo","model":"echo"}),
    ~s({"type":"part-start","index":0,"kind":"text"}),
    ~s({"type":"part-delta","index":0,"kind":"text","delta":"one"}),
    ~s({"type":"part-delta","index":0,"kind":"text","delta":" two"}),
    ~s({"type":"part-end","index":0}),
    ~s({"type":"done","complete":true,"finish_reason":"stop","usage":null,"content":[]})
  ]

  # The events after `first`, up to `last`.
  defp sse(first, last) do
    for {data, id} <- Enum.with_index(@events, 1), id > first, id <= last, into: "" do
      ~s(event: #{Regex.run(~r/"type":"([\w-]+)/, data) |> List.last()}\nid: #{id}\ndata: #{data}\n\n)
    end
  end

  # Each connection is answered by the next of these functions.
  defp scripted(answers) do
    {:ok, left} = Agent.start_link(fn -> answers end)

    server =
      RawServer.start!(fn connection, request ->
        case Agent.get_and_update(left, &List.pop_at(&1, 0)) do
          nil -> RawServer.close(connection)
          answer -> answer.(connection, request)
        end
      end)

    Client.new(url: server.url, token: "t")
  end

  defp cut_after(last) do
    fn connection, _request ->
      RawServer.write(connection, @head <> sse(0, last))
      RawServer.close(connection)
    end
  end

  # What a server that keeps answers does with Last-Event-ID.
  defp continue(last \\ 6) do
    fn connection, request ->
      from = Regex.run(~r/last-event-id: (\d+)/i, request, capture: :all_but_first)
      first = if from, do: from |> hd() |> String.to_integer(), else: 0
      RawServer.write(connection, @head <> sse(first, last))
      RawServer.close(connection)
    end
  end

  defp status(status, code) do
    fn connection, _request ->
      body = ~s({"error":{"code":"#{code}","message":"No.","retryable":false,"request_id":"r"}})

      RawServer.write(
        connection,
        "HTTP/1.1 #{status} X\r\ncontent-type: application/json\r\ncontent-length: #{byte_size(body)}\r\n\r\n" <>
          body
      )

      RawServer.close(connection)
    end
  end

  defp refuse, do: fn connection, _request -> RawServer.close(connection) end

  defp request_line do
    assert_receive {:request, request}
    [line | _] = String.split(request, "\r\n")
    {line, request}
  end

  defp read(client, opts \\ []) do
    opts = Keyword.merge([client: client, resume: true], opts)
    "echo" |> OneshotAI.stream("Hi", opts) |> Enum.to_list()
  end

  for lost_after <- 1..5 do
    test "a connection that is lost after event #{lost_after}: every event once, in order" do
      elements = read(scripted([cut_after(unquote(lost_after)), continue()]))
      assert [%Event.Start{}, %Event.PartStart{}, _, _, %Event.PartEnd{}, done] = elements
      assert ["one", " two"] = for(%Event.PartDelta{delta: delta} <- elements, do: delta)
      assert %Event.Done{response: %{text: "one two"}} = done

      {"POST /chat HTTP/1.1", first} = request_line()
      assert first =~ ~r/idempotency-key: [\w-]{24}\r\n/
      {line, second} = request_line()
      assert line == "GET /chat/#{@id}/events HTTP/1.1"
      assert second =~ "last-event-id: #{unquote(lost_after)}\r\n"
      refute_receive {:request, _}, 20
    end
  end

  test "an event that was cut in its midst is not counted" do
    half = fn connection, _request ->
      RawServer.write(connection, @head <> sse(0, 3) <> "event: part-delta\nid: 4\ndata: {\"ty")
      RawServer.close(connection)
    end

    elements = read(scripted([half, continue()]))
    assert %Event.Done{response: %{text: "one two"}} = List.last(elements)
    request_line()
    assert {_, request} = request_line()
    assert request =~ "last-event-id: 3\r\n"
  end

  test "several losses, refusals and a proxy's error in a row" do
    bad_gateway = fn connection, _request ->
      RawServer.write(
        connection,
        "HTTP/1.1 502 X\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\noops"
      )
    end

    client =
      scripted([
        cut_after(2),
        refuse(),
        continue(3),
        bad_gateway,
        status(503, "shutting_down"),
        continue(3),
        continue()
      ])

    assert %Event.Done{response: %{text: "one two"}} = List.last(read(client))
  end

  test "a call that was lost before its answer began is sent again with the same key" do
    client = scripted([refuse(), continue()])
    assert %Event.Done{} = List.last(read(client, idempotency_key: "order-7"))
    {"POST /chat HTTP/1.1", first} = request_line()
    {"POST /chat HTTP/1.1", second} = request_line()
    assert first =~ "idempotency-key: order-7\r\n"
    assert first == second
  end

  test "silence is a lost connection too" do
    silent = fn connection, _request ->
      RawServer.write(connection, @head <> sse(0, 3))
      RawServer.closed?(connection, 5_000)
    end

    assert %Event.Done{} = List.last(read(scripted([silent, continue()]), silence_timeout: 100))
  end

  test "what is final ends the stream, with what had arrived" do
    for {code, status} <- [answer_expired: 410, forbidden: 403] do
      assert {:error, %Error{reason: reason, partial: partial}} =
               List.last(read(scripted([cut_after(3), status(status, code)])))

      assert reason == code
      assert partial.text == "one"
    end

    # Nobody keeps it any more: the connection is what was lost.
    assert {:error, %Error{reason: :disconnected, retryable?: true, partial: %{text: "one"}}} =
             List.last(read(scripted([cut_after(3), status(404, "not_found")])))

    interrupted = fn connection, _request ->
      error = ~s({"code":"answer_interrupted","message":"Gone.","retryable":true})

      RawServer.write(
        connection,
        @head <>
          ~s(event: error\nid: 4\ndata: {"type":"error","complete":false,"error":#{error}}\n\n)
      )

      RawServer.close(connection)
    end

    assert {:error, %Error{retryable?: true, reason: :answer_interrupted}} =
             List.last(read(scripted([cut_after(3), interrupted])))
  end

  test "it gives up after its time, or at the call's own" do
    started = System.monotonic_time(:millisecond)
    lost = List.duplicate(refuse(), 50)

    assert {:error, %Error{reason: :disconnected, partial: %{text: "one"}}} =
             List.last(read(scripted([cut_after(3) | lost]), resume: 400))

    assert {:error, %Error{}} = List.last(read(scripted([cut_after(3) | lost]), timeout: 400))
    assert System.monotonic_time(:millisecond) - started < 3_000
  end

  test "without resume a lost connection is an error, as ever" do
    client = scripted([cut_after(3), continue()])

    assert {:error, %Error{reason: :disconnected}} =
             "echo" |> OneshotAI.stream("Hi", client: client) |> Enum.at(-1)

    {_, request} = request_line()
    refute request =~ "idempotency-key"
  end

  describe "the answer ends with its reader:" do
    defp endless do
      fn connection, _request ->
        RawServer.write(connection, @head <> sse(0, 3))
        RawServer.closed?(connection, 10_000)
      end
    end

    defp assert_deleted do
      {"POST /chat HTTP/1.1", _} = request_line()
      {line, _} = request_line()
      assert line == "DELETE /chat/#{@id} HTTP/1.1"
    end

    test "a reader that has enough" do
      client = scripted([endless(), status(404, "not_found")])
      Enum.take(OneshotAI.stream("echo", "Hi", client: client, resume: true), 2)
      assert_deleted()
    end

    test "a reader that is killed" do
      client = scripted([endless(), status(404, "not_found")])
      reader = spawn(fn -> read(client) end)
      assert_receive {:request, request}
      send(self(), {:request, request})
      Process.sleep(100)
      Process.exit(reader, :kill)
      assert_deleted()
    end

    test "a reader that gives up on a lost connection" do
      client = scripted([cut_after(3) | List.duplicate(refuse(), 50)])
      read(client, resume: 1)
      assert_deleted()
    end

    test "unless it is to go on" do
      client = scripted([endless(), status(404, "not_found")])
      opts = [client: client, resume: true, on_disconnect: :continue]
      Enum.take(OneshotAI.stream("echo", "Hi", opts), 2)
      request_line()
      refute_receive {:request, _}, 200
    end
  end

  test "a whole answer is asked for again with the same key" do
    whole = fn connection, _request ->
      body =
        ~s({"request_id":"r","content":[{"type":"text","text":"Hi"}],"text":"Hi","finish_reason":"stop"})

      RawServer.write(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: #{byte_size(body)}\r\n\r\n" <>
          body
      )
    end

    cut = fn connection, _request ->
      RawServer.write(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
      )

      RawServer.close(connection)
    end

    client = scripted([refuse(), cut, whole])
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi", client: client, resume: true)
    {_, first} = request_line()
    {_, second} = request_line()
    {_, third} = request_line()
    assert first == second and second == third

    client = scripted([refuse(), whole])
    assert {:error, %Error{reason: :disconnected}} = OneshotAI.chat("echo", "Hi", client: client)
  end

  test "options" do
    assert_raise ArgumentError, ~r/:resume of a chat must be true, false or a number/, fn ->
      OneshotAI.stream("echo", "Hi", resume: "yes")
    end

    client = Client.new(transport: OneshotAI.Test)
    OneshotAI.Test.stub(["{}", ~s({"a": 1})])
    opts = [client: client, idempotency_key: "job-1"]
    assert {:ok, _} = OneshotAI.chat_object("claude", "Hi", [a: :integer], opts)
    assert_received {:oneshot_ai_request, %{headers: %{"idempotency-key" => "job-1." <> first}}}
    assert_received {:oneshot_ai_request, %{headers: %{"idempotency-key" => "job-1." <> second}}}
    assert first != second
  end

  test "kept answers can be stubbed" do
    client = Client.new(transport: OneshotAI.Test)
    url = "https://app.example.com/hooks/ai"

    assert {:ok, %{state: :running, request_id: "test"}} =
             OneshotAI.start_chat("claude", "Hi", client: client, webhook: url)

    assert {:ok, %{state: :cancelled}} = OneshotAI.cancel("test", client: client)
    OneshotAI.Test.stub(:fetch_answer, state: "completed", answer: "Hello!")
    OneshotAI.Test.stub("Hello!")

    assert {:ok, %{state: :completed, response: %{text: "Hello!"}}} =
             OneshotAI.fetch_answer("test", client: client)

    assert {:ok, %{text: "Hello!"}} = OneshotAI.collect(OneshotAI.follow("test", client: client))
    OneshotAI.Test.stub(:cancel, {:error, :not_found})
    assert {:error, %Error{reason: :not_found}} = OneshotAI.cancel("test", client: client)
  end
end
