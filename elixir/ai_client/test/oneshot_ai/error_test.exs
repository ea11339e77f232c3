defmodule OneshotAI.ErrorTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.RawServer

  @codes Path.join(TestServer.repository(), "src/errors/error-codes.ts")

  test "the reasons are the server's codes, all of them" do
    [_, table] = Regex.run(~r/export const ERRORS = \{(.*?)\} as const/s, File.read!(@codes))
    codes = for [_, code] <- Regex.scan(~r/^  (\w+): \{/m, table), do: String.to_atom(code)
    assert length(codes) > 30
    assert Enum.sort(Error.server_reasons()) == Enum.sort(codes)

    facts =
      for [_, code, status, retryable] <-
            Regex.scan(~r/^  (\w+): \{\s*status: (\d+),\s*retryable: (\w+)/m, table) do
        {String.to_atom(code), {String.to_integer(status), retryable == "true"}}
      end

    assert facts == for(code <- codes, do: {code, Error.Reasons.server()[code]})
  end

  test "every code of the server's comes back as its reason, whole and as a stream" do
    # All at once: the server takes its time to try some of them again.
    Error.server_reasons()
    |> Task.async_stream(&assert_comes_back/1, max_concurrency: 100, timeout: 20_000)
    |> Enum.each(fn result -> assert result == {:ok, :ok} end)
  end

  defp assert_comes_back(reason) do
    model = "echo-fail-#{reason}"
    assert {:error, %Error{reason: ^reason} = whole} = OneshotAI.chat("echo", "Hi", model: model)

    assert [{:error, %Error{reason: ^reason} = streamed}] =
             Enum.to_list(OneshotAI.stream("echo", "Hi", model: model))

    assert whole.status in 400..599
    assert without_times(whole) == without_times(streamed)
    :ok
  end

  defp without_times(error) do
    attempts = for attempt <- error.attempts, do: %{attempt | duration_ms: nil}
    %{error | request_id: nil, attempts: attempts}
  end

  test "what was tried before the call failed, whole and streamed" do
    opts = [model: "echo-fail-upstream_auth", fallbacks: ["echo/echo-fail-upstream_billing"]]

    assert {:error, %Error{attempts: [%{outcome: "upstream_auth"}, %{model: model}]}} =
             OneshotAI.chat("echo", "Hi", opts)

    assert model == "echo-fail-upstream_billing"

    assert [{:error, %Error{attempts: [_, _]}}] = Enum.to_list(OneshotAI.stream("echo", "Hi", opts))

    assert {:error, %Error{attempts: [%{model: "echo-cut-1"}], partial: %{text: "one"}}} =
             OneshotAI.collect(OneshotAI.stream("echo", "one two", model: "echo-cut-1"))
  end

  test "401: the token is not good" do
    client = client(server(), jwt: [secret: String.duplicate("wrong", 8)])

    assert {:error, %Error{reason: :unauthenticated, status: 401, retryable?: false} = error} =
             OneshotAI.chat("echo", "Hi", client: client)

    assert [{:error, %Error{reason: :unauthenticated}}] =
             Enum.to_list(OneshotAI.stream("echo", "Hi", client: client))

    assert {:error, %Error{reason: :unauthenticated}} = OneshotAI.list_providers(client: client)

    assert Exception.message(error) ==
             "A valid bearer token is required; the server's log says what was wrong. (unauthenticated, request #{error.request_id})"
  end

  test "403: the token does not allow it" do
    assert {:error, %Error{reason: :forbidden, status: 403}} =
             OneshotAI.chat("echo", "Hi", model: "echo-fail-forbidden")
  end

  test "404: no such model, no such provider" do
    assert {:error, %Error{reason: :model_not_found, status: 404, param: "model"}} =
             OneshotAI.chat("echo", "Hi", model: "nothing")

    assert {:error, %Error{reason: :unknown_provider, status: 404, param: "provider"}} =
             OneshotAI.chat("nobody", "Hi")
  end

  test "429: with the time to wait" do
    assert {:error, %Error{reason: :rate_limited, status: 429, retryable?: true, retry_after: 7}} =
             OneshotAI.chat("echo", "Hi", model: "echo-fail-rate_limited")
  end

  test "503: the provider has no key" do
    assert {:error, %Error{reason: :provider_unavailable, status: 503, message: message}} =
             OneshotAI.chat("claude", "Hi")

    assert message =~ "ANTHROPIC_API_KEY"
  end

  test "413: a body over the server's limit, reported while it is being sent" do
    text = String.duplicate("x", 6_000_000)
    assert {:error, %Error{reason: :request_too_large, status: 413}} = OneshotAI.chat("echo", text)
  end

  test "a whole answer that takes too long, everything included" do
    started = System.monotonic_time(:millisecond)
    text = String.duplicate("word ", 100)

    assert {:error, %Error{reason: :timeout, retryable?: true}} =
             OneshotAI.chat("echo", text, model: "echo-slow", timeout: 300)

    assert (System.monotonic_time(:millisecond) - started) in 300..10_000
  end

  test "a stream that falls silent" do
    %{url: url} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(
          connection,
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: heartbeat\n\n"
        )

        RawServer.closed?(connection, 5_000)
      end)

    client = Client.new(url: url, token: "t")

    assert [{:error, %Error{reason: :timeout, partial: nil}}] =
             Enum.to_list(OneshotAI.stream("echo", "Hi", client: client, silence_timeout: 200))
  end

  test "a stream may last longer than any timeout while it is not silent" do
    client = client(server(), silence_timeout: 15_000, timeout: 500)
    text = "one two three four five six seven eight nine ten eleven twelve"

    assert text ==
             "echo"
             |> OneshotAI.stream_text(text, model: "echo-slow", client: client)
             |> Enum.join()
  end

  test "nothing listens" do
    client = Client.new(url: "http://127.0.0.1:1", token: "t")

    assert {:error, %Error{reason: :connection_refused, retryable?: true, message: message}} =
             OneshotAI.chat("echo", "Hi", client: client)

    assert message =~ "It is http://127.0.0.1:1, from AI_SERVER_URL or config :oneshot_ai, url:"

    assert {:error, %Error{reason: :connection_refused}} = OneshotAI.health(client: client)

    assert [{:error, %Error{reason: :connection_refused}}] =
             Enum.to_list(OneshotAI.stream("echo", "Hi", client: client))
  end

  test "no such host" do
    client = Client.new(url: "http://no-such-host.invalid", token: "t")

    assert {:error, %Error{reason: :unreachable, message: message}} =
             OneshotAI.chat("echo", "Hi", client: client)

    assert message =~ "Its name has no address"
    assert message =~ "http://no-such-host.invalid"
  end

  test "a host that takes the connection and says nothing" do
    %{port: port} =
      RawServer.start!(fn connection, _request -> RawServer.closed?(connection, 5_000) end)

    # TLS is a part of connecting.
    client = Client.new(url: "https://127.0.0.1:#{port}", token: "t", connect_timeout: 200)
    assert {:error, %Error{reason: :timeout}} = OneshotAI.chat("echo", "Hi", client: client)

    client = Client.new(url: "http://127.0.0.1:#{port}", token: "t", timeout: 200)
    assert {:error, %Error{reason: :timeout}} = OneshotAI.chat("echo", "Hi", client: client)
  end

  test "something that is not the AI server" do
    answers = [
      {"502 Bad Gateway", "text/html", "<html>", true},
      {"200 OK", "text/html", "<html>", false},
      {"200 OK", "application/json", "{", false},
      {"200 OK", "application/json", "[]", false},
      {"200 OK", "application/json", "{}", false},
      {"301 Moved", "text/plain", "", false}
    ]

    for {status, type, body, retryable?} <- answers do
      %{url: url} =
        RawServer.start!(fn connection, _request ->
          RawServer.write(connection, [
            "HTTP/1.1 #{status}\r\ncontent-type: #{type}\r\nlocation: /elsewhere\r\n",
            "content-length: #{byte_size(body)}\r\n\r\n",
            body
          ])
        end)

      client = Client.new(url: url, token: "t")

      assert {:error, %Error{reason: :invalid_response, retryable?: ^retryable?}} =
               OneshotAI.chat("echo", "Hi", client: client)

      assert [{:error, %Error{reason: :invalid_response}}] =
               Enum.to_list(OneshotAI.stream("echo", "Hi", client: client))

      assert {:error, %Error{reason: :invalid_response}} = OneshotAI.health(client: client)
      assert {:error, %Error{reason: :invalid_response}} = OneshotAI.list_models(client: client)
    end
  end

  test "a tool run's conversation is not in a log" do
    refute inspect(%Error{reason: :timeout, messages: [%{role: "user", content: "my secret"}]}) =~
             "secret"
  end

  test "a code that a newer server has" do
    error = Error.decode(%{"code" => "out_of_ink", "message" => "No ink.", "retryable" => true})
    assert %Error{reason: :unknown, code: "out_of_ink", retryable?: true} = error
    assert Exception.message(error) == "No ink. (out_of_ink)"
  end

  describe "retry: :safe" do
    defp free_port do
      {:ok, listener} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
      {:ok, port} = :inet.port(listener)
      :gen_tcp.close(listener)
      port
    end

    test "waits for a server that starts late, whole and streamed" do
      port = free_port()
      client = Client.new(url: "http://127.0.0.1:#{port}", token: "t")
      retry = [client: client, retry: :safe]

      whole = Task.async(fn -> OneshotAI.chat("p", "Hi", retry) end)
      streamed = Task.async(fn -> OneshotAI.collect(OneshotAI.stream("p", "Hi", retry)) end)

      assert {:error, %Error{reason: :connection_refused}} =
               OneshotAI.chat("p", "Hi", client: client)

      Process.sleep(400)

      {:ok, listener} =
        :gen_tcp.listen(port, [:binary, active: false, reuseaddr: true, ip: {127, 0, 0, 1}])

      answer = ~s({"error":{"code":"forbidden","message":"No.","retryable":false}})

      spawn_link(fn ->
        for _call <- 1..2 do
          {:ok, socket} = :gen_tcp.accept(listener)
          {:ok, _request} = :gen_tcp.recv(socket, 0)
          head = "HTTP/1.1 403 Forbidden\r\ncontent-length: #{byte_size(answer)}\r\n\r\n"
          :gen_tcp.send(socket, [head, answer])
          :gen_tcp.close(socket)
        end

        Process.sleep(:infinity)
      end)

      assert {:error, %Error{reason: :forbidden}} = Task.await(whole)
      assert {:error, %Error{reason: :forbidden}} = Task.await(streamed)
    end

    test "gives up, and before the call's own deadline" do
      client = Client.new(url: "http://127.0.0.1:#{free_port()}", token: "t")

      {time, result} =
        :timer.tc(fn -> OneshotAI.chat("p", "Hi", client: client, retry: :safe, timeout: 3_000) end)

      assert {:error, %Error{reason: :connection_refused}} = result
      # After 250, 500 and 1,000 ms the next wait, of 2,000 ms, would not fit.
      assert time >= 1_750_000
    end

    test "does not repeat what may have begun" do
      {:ok, calls} = Agent.start_link(fn -> 0 end)

      %{url: url} =
        RawServer.start!(fn connection, _request ->
          Agent.update(calls, &(&1 + 1))
          RawServer.close(connection)
        end)

      client = Client.new(url: url, token: "t")

      assert {:error, %Error{reason: :disconnected}} =
               OneshotAI.chat("p", "Hi", client: client, retry: :safe)

      assert Agent.get(calls, & &1) == 1

      assert_raise ArgumentError, ~r/must be :safe or false/, fn ->
        OneshotAI.chat("p", "Hi", retry: true)
      end
    end
  end
end
