defmodule OneshotAI.AnswersTest do
  # Answers that the real server keeps.
  use OneshotAI.Case, async: true

  alias OneshotAI.{Answer, RawServer, Webhook}

  @text "one two three four five six seven eight"
  @webhook_secret "whsec_" <> Base.encode64(String.duplicate("w", 32))

  setup_all do
    server =
      TestServer.start!(%{
        "STORE_ANSWERS" => "on",
        "WEBHOOK_SECRET" => @webhook_secret,
        "WEBHOOK_PRIVATE" => "allow",
        "LOG_LEVEL" => "info"
      })

    {:ok, server: server, url: TestServer.url(server)}
  end

  setup %{server: server} do
    # Each test is a caller of its own.
    claims = %{sub: "user-#{System.unique_integer([:positive])}"}
    {:ok, client: client(server), claims: claims, caller: [client: client(server), claims: claims]}
  end

  # Between the client and the server: closes the first connections after so many bytes each.
  defp lossy(url, limits) do
    %URI{port: port} = URI.parse(url)
    {:ok, left} = Agent.start_link(fn -> limits end)

    server =
      RawServer.start!(fn connection, request ->
        limit = Agent.get_and_update(left, &List.pop_at(&1, 0)) || :infinity
        {:ok, upstream} = :gen_tcp.connect({127, 0, 0, 1}, port, [:binary, active: false])
        :ok = :gen_tcp.send(upstream, request)
        pass(upstream, connection, limit)
        :gen_tcp.close(upstream)
        RawServer.close(connection)
      end)

    server.url
  end

  defp pass(_upstream, _connection, limit) when limit <= 0, do: :ok

  defp pass(upstream, connection, limit) do
    with {:ok, bytes} <- :gen_tcp.recv(upstream, 0) do
      part =
        if limit == :infinity, do: bytes, else: binary_part(bytes, 0, min(limit, byte_size(bytes)))

      RawServer.write(connection, part)
      left = if limit == :infinity, do: :infinity, else: limit - byte_size(part)
      pass(upstream, connection, left)
    end
  end

  defp comparable(elements) do
    for element <- elements do
      case element do
        %Event.Start{} -> :start
        %Event.Done{response: response} -> {:done, response.text, response.usage.total_tokens}
        other -> other
      end
    end
  end

  test "a stream that is cut at any byte is the same as one that is not", context do
    %{url: url, caller: caller} = context
    opts = [resume: true] ++ caller
    whole = "echo" |> OneshotAI.stream(@text, opts) |> Enum.to_list()
    assert {:done, @text, 16} = List.last(comparable(whole))

    for seed <- 1..20 do
      :rand.seed(:exsss, seed)
      cuts = for _ <- 1..3, do: 200 + :rand.uniform(1_500)
      client = client(context.server, url: lossy(url, cuts))

      elements =
        "echo" |> OneshotAI.stream(@text, [client: client] ++ Keyword.delete(opts, :client))

      assert comparable(Enum.to_list(elements)) == comparable(whole),
             "seed #{seed}: #{inspect(cuts)}"
    end
  end

  test "the server was asked once, however often the connection was lost", context do
    client = client(context.server, url: lossy(context.url, [900, 300, 700]))
    opts = [client: client, claims: context.claims, resume: true, model: "echo-slow"]
    assert {:ok, %{request_id: id}} = OneshotAI.collect(OneshotAI.stream("echo", @text, opts))

    assert eventually(fn ->
             match?(
               [%{"code" => "ok"}],
               for(
                 %{"event" => "answer", "subject" => sub} = line <- TestServer.log(context.server),
                 sub == context.claims.sub,
                 do: line
               )
             )
           end)

    assert {:ok, %Answer{state: :completed, stream?: true}} =
             OneshotAI.fetch_answer(id, context.caller)
  end

  test "the same key: one call, equal answers; another request: refused", %{caller: caller} do
    opts = [idempotency_key: "order-#{System.unique_integer()}"] ++ caller

    ids =
      1..20
      |> Task.async_stream(fn _ -> OneshotAI.chat!("echo", @text, opts).request_id end,
        max_concurrency: 20
      )
      |> Enum.map(fn {:ok, id} -> id end)

    assert [_one] = Enum.uniq(ids)

    assert {:error, %Error{reason: :idempotency_key_reused, status: 422}} =
             OneshotAI.chat("echo", "another", opts)

    # A job that is tried again gets the tools' rounds again, too.
    opts = [idempotency_key: "object-#{System.unique_integer()}"] ++ caller
    assert {:ok, first} = OneshotAI.chat_object("echo", "x", [a: :string], opts)
    assert {:ok, second} = OneshotAI.chat_object("echo", "x", [a: :string], opts)
    assert first.response.request_id == second.response.request_id
  end

  test "an answer that ends with its reader is cancelled, and its receipt says so", context do
    opts = [resume: true, model: "echo-slow"] ++ context.caller
    [%Event.Start{request_id: id} | _] = Enum.take(OneshotAI.stream("echo", @text, opts), 3)

    assert eventually(fn ->
             match?({:ok, %{state: :cancelled}}, OneshotAI.fetch_answer(id, context.caller))
           end)

    assert {:ok, %Answer{state: :cancelled, usage_source: source}} =
             OneshotAI.cancel(id, context.caller)

    assert source in ["estimated", "none"]
  end

  test "cancelled by another process: the reader is told, the receipt has the usage", context do
    opts = [model: "echo-slow", on_disconnect: :continue] ++ context.caller
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", @text, opts)
    assert_receive {:oneshot_ai, ^ref, %Event.Start{request_id: id}}
    assert_receive {:oneshot_ai, ^ref, %Event.PartDelta{}}

    assert {:ok, %Answer{state: :cancelled, usage: usage, error: %{reason: :cancelled}}} =
             OneshotAI.cancel(id, context.caller)

    assert usage.output_tokens > 0
    assert_receive {:oneshot_ai, ^ref, {:error, %Error{reason: :cancelled, partial: partial}}}
    assert partial.text =~ "one"
    # Nobody else's.
    assert {:error, %Error{reason: :not_found}} = OneshotAI.cancel(id, client: context.client)
  end

  test "a LiveView that comes back: the same answer from its beginning, and live", context do
    opts = [model: "echo-slow", on_disconnect: :continue] ++ context.caller
    stream = OneshotAI.stream("echo", @text, opts)
    [%Event.Start{request_id: id} | _] = Enum.take(stream, 4)

    assert {:ok, %{text: @text, request_id: ^id}} =
             OneshotAI.collect(OneshotAI.follow(id, context.caller))

    # Once more, when it is complete.
    assert {:ok, %{text: @text}} = OneshotAI.collect(OneshotAI.follow(id, context.caller))
    nobody = OneshotAI.follow("nothing", context.caller)
    assert {:error, %Error{reason: :not_found}} = OneshotAI.collect(nobody)
  end

  test "in the background, whole and as a stream", %{caller: caller} do
    opts = [model: "echo-slow"] ++ caller

    assert {:ok, %Answer{state: :running, request_id: id}} =
             OneshotAI.start_chat("echo", "a b", opts)

    fetch = fn ->
      {:ok, answer} = OneshotAI.fetch_answer(id, caller)
      if answer.state != :running, do: answer
    end

    assert %Answer{state: :completed, response: %{text: "a b"}, usage: usage} = eventually(fetch)
    assert usage.output_tokens == 2

    assert {:ok, %{request_id: id}} = OneshotAI.start_chat("echo", "a b", [stream: true] ++ opts)
    assert {:ok, %{text: "a b"}} = OneshotAI.collect(OneshotAI.follow(id, caller))
  end

  test "a signed webhook", context do
    owner = self()

    hook =
      RawServer.start!(fn connection, request ->
        send(owner, {:hook, request})

        RawServer.write(
          connection,
          "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )

        RawServer.close(connection)
      end)

    opts = [model: "echo-slow", webhook: hook.url <> "/hooks/ai"] ++ context.caller

    assert {:ok, %Answer{state: :running, request_id: id}} =
             OneshotAI.start_chat("echo", "a b", opts)

    assert_receive {:hook, request}
    [head, body] = String.split(request, "\r\n\r\n", parts: 2)
    ["POST /hooks/ai HTTP/1.1" | lines] = String.split(head, "\r\n")

    headers =
      for line <- lines, [name, value] = String.split(line, ": ", parts: 2), do: {name, value}

    assert {:ok, %Webhook{type: "answer.completed", answer: %{request_id: ^id}}} =
             Webhook.verify(body, headers, @webhook_secret)

    assert {:error, :wrong_signature} = Webhook.verify(body <> " ", headers, @webhook_secret)

    assert {:ok, %Answer{state: :completed, response: %{text: "a b"}}} =
             OneshotAI.fetch_answer(id, context.caller)
  end

  test "a server that keeps no answers says so" do
    for opts <- [[resume: true], [idempotency_key: "k"], [on_disconnect: :continue]] do
      assert {:error, %Error{reason: :answers_not_kept, status: 400}} =
               OneshotAI.chat("echo", "Hi", opts)
    end

    assert {:error, %Error{reason: :answers_not_kept}} = OneshotAI.start_chat("echo", "Hi")
  end

  test "200 readers that are killed: every answer is cancelled, no process is left", context do
    readers = length(Task.Supervisor.children(OneshotAI.Readers))
    owner = self()

    pids =
      for _ <- 1..200 do
        spawn(fn ->
          opts = [resume: true, model: "echo-slow"] ++ context.caller

          "echo"
          |> OneshotAI.stream(String.duplicate("word ", 300), opts)
          |> Enum.each(&if(match?(%Event.Start{}, &1), do: send(owner, {:started, self()})))
        end)
      end

    for pid <- pids, do: assert_receive({:started, ^pid})
    for pid <- pids, do: Process.exit(pid, :kill)

    cancelled = fn ->
      for %{"event" => "answer", "subject" => sub, "code" => "cancelled"} <-
            TestServer.log(context.server),
          sub == context.claims.sub,
          do: sub
    end

    assert eventually(fn -> length(cancelled.()) == 200 end)
    assert eventually(fn -> length(Task.Supervisor.children(OneshotAI.Readers)) <= readers end)
  end

  test "100 streams at once that all lose their connection: all complete, nothing is left",
       context do
    readers = length(Task.Supervisor.children(OneshotAI.Readers))
    url = lossy(context.url, for(n <- 1..100, do: 300 + 11 * n))
    client = client(context.server, url: url)

    1..100
    |> Task.async_stream(
      fn n ->
        opts = [client: client, claims: context.claims, resume: true]

        {:ok, %{text: text}} =
          OneshotAI.collect(OneshotAI.stream("echo", "answer #{n} of many", opts))

        assert text == "answer #{n} of many"
      end,
      max_concurrency: 100,
      timeout: 60_000
    )
    |> Enum.each(&assert({:ok, true} = &1))

    assert eventually(fn -> length(Task.Supervisor.children(OneshotAI.Readers)) <= readers end)
  end
end
