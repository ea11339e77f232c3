defmodule Oneshot.WebTest do
  use ExUnit.Case, async: false

  import OneshotAI.Case, only: [eventually: 1]

  alias OneshotAI.{JSON, TestServer}
  alias Oneshot.Web.Listener

  # Its own server, and the page's on a free port.
  setup do
    server = TestServer.start!()
    Application.put_env(:oneshot_ai, :url, TestServer.url(server))
    Application.put_env(:oneshot_ai, :jwt, secret: TestServer.secret(), subject: "web")
    start_page()

    on_exit(fn ->
      Application.delete_env(:oneshot, :password)
      for key <- [:url, :jwt], do: Application.delete_env(:oneshot_ai, key)
    end)

    {:ok, server: server}
  end

  defp start_page do
    children = Oneshot.Web.Application.children(port: 0)

    start_supervised!(%{
      id: :page,
      start: {Supervisor, :start_link, [children, [strategy: :rest_for_one]]},
      type: :supervisor
    })
  end

  defp connect do
    {:ok, socket} = :gen_tcp.connect(~c"localhost", Listener.port(), [:binary, active: false])
    socket
  end

  defp ask(method, path, body \\ "", headers \\ []) do
    socket = connect()
    length = if body == "", do: [], else: [{"content-length", byte_size(body)}]

    head =
      for {name, value} <- [{"host", "localhost"}] ++ length ++ headers, do: "#{name}: #{value}\r\n"

    :ok = :gen_tcp.send(socket, ["#{method} #{path} HTTP/1.1\r\n", head, "\r\n", body])
    read_answer(socket, "")
  end

  defp read_answer(socket, text) do
    case :gen_tcp.recv(socket, 0, 10_000) do
      {:ok, bytes} ->
        read_answer(socket, text <> bytes)

      {:error, :closed} ->
        [head, body] = String.split(text, "\r\n\r\n", parts: 2)
        ["HTTP/1.1 " <> <<status::binary-size(3)>> <> _ | headers] = String.split(head, "\r\n")

        {String.to_integer(status),
         Map.new(headers, &(&1 |> String.split(": ", parts: 2) |> List.to_tuple())), body}
    end
  end

  defp chat(body, headers \\ [{"content-type", "application/json"}]) do
    {status, _headers, body} = ask("POST", "/chat", JSON.encode!(body), headers)
    if status == 200, do: {200, events(body)}, else: {status, body}
  end

  defp events(body) do
    for "data: " <> data <- String.split(body, "\n\n"),
        {:ok, event} <- [JSON.decode(data)],
        do: event
  end

  @hello %{provider: "echo", messages: [%{role: "user", content: "Hello there"}]}

  describe "/health" do
    test "says how both are", %{server: server} do
      assert {200, %{"content-type" => "application/json"}, body} = ask("GET", "/health")

      assert {:ok, %{"status" => "ok", "ai_server" => %{"status" => "ok", "runtime" => "bun"}}} =
               JSON.decode(body)

      GenServer.stop(server)
      assert eventually(fn -> match?({503, _headers, _body}, ask("GET", "/health")) end)
      assert {503, _headers, body} = ask("GET", "/health")

      assert {:ok, %{"status" => "degraded", "ai_server" => %{"error" => reason}}} =
               JSON.decode(body)

      assert reason in ["connection_refused", "disconnected", "shutting_down"]
    end

    test "needs no password" do
      Application.put_env(:oneshot, :password, "sesame")
      assert {200, _headers, _body} = ask("GET", "/health")
    end
  end

  describe "the page" do
    test "and its files" do
      for {path, type, text} <- [
            {"/", "text/html; charset=utf-8", "<title>Oneshot</title>"},
            {"/?a=b", "text/html; charset=utf-8", "<title>Oneshot</title>"},
            {"/app.js", "text/javascript; charset=utf-8", "readEvents"},
            {"/markdown.js", "text/javascript; charset=utf-8", "export const render"},
            {"/app.css", "text/css; charset=utf-8", "color-scheme"},
            {"/favicon.svg", "image/svg+xml", "<svg"}
          ] do
        assert {200, %{"content-type" => ^type, "content-security-policy" => policy}, body} =
                 ask("GET", path)

        assert body =~ text
        assert policy =~ "default-src 'none'"
      end
    end

    test "has a HEAD, for monitors" do
      for path <- ["/", "/health"] do
        assert {200, %{"content-length" => length, "content-type" => type}, ""} = ask("HEAD", path)

        assert {200, %{"content-length" => ^length, "content-type" => ^type}, body} =
                 ask("GET", path)

        assert byte_size(body) == String.to_integer(length)
      end

      assert {404, _headers, ""} = ask("HEAD", "/nothing")
      assert {405, %{"allow" => "POST"}, ""} = ask("HEAD", "/chat")
    end

    test "nothing else" do
      for path <- ["/nothing", "/../mix.exs", "/app.js/..", "/.env"] do
        assert {404, _headers, _body} = ask("GET", path)
      end

      assert {405, %{"allow" => "POST"}, _body} = ask("GET", "/chat")
      assert {405, %{"allow" => "GET, HEAD"}, _body} = ask("POST", "/")
    end
  end

  describe "/chat" do
    test "writes the answer as it comes" do
      assert {200, events} = chat(@hello)

      assert [
               %{"type" => "start", "provider" => "echo", "model" => "echo"},
               %{"type" => "text", "text" => "Hello"},
               %{"type" => "text", "text" => " there"},
               %{
                 "type" => "done",
                 "message" => message,
                 "usage" => %{"input_tokens" => 2},
                 "finish_reason" => "stop"
               }
             ] = events

      # The next turn, with the answer's message as it came.
      next = %{@hello | messages: @hello.messages ++ [message, %{role: "user", content: "Again"}]}
      assert {200, [_start, %{"text" => "Again"}, _done]} = chat(next)
    end

    test "tells a failure as the last event" do
      assert {200, events} = chat(Map.put(@hello, :model, "echo-cut"))

      assert %{"type" => "error", "reason" => "upstream_incomplete", "retryable" => true} =
               List.last(events)

      assert {200, [%{"type" => "error", "reason" => "rate_limited"}]} =
               chat(Map.put(@hello, :model, "echo-fail-rate_limited"))
    end

    test "refuses what is not a question" do
      for body <- [
            %{},
            %{provider: "echo"},
            %{provider: "echo", messages: []},
            %{provider: "echo", messages: ["Hi"]},
            []
          ] do
        assert {400, _message} = chat(body)
      end

      assert {400, _headers, _body} =
               ask("POST", "/chat", "{", [{"content-type", "application/json"}])

      # What a form on another site could send.
      for type <- ["text/plain", "application/x-www-form-urlencoded"],
          do: assert({415, _} = chat(@hello, [{"content-type", type}]))

      assert {413, _headers, _body} =
               ask("POST", "/chat", String.duplicate("x", 1_000_001), [
                 {"content-type", "application/json"}
               ])
    end

    test "says something while the model is silent, for the proxies on the way" do
      Application.put_env(:oneshot, :heartbeat_ms, 20)
      on_exit(fn -> Application.delete_env(:oneshot, :heartbeat_ms) end)
      body = JSON.encode!(Map.put(@hello, :model, "echo-slow"))

      assert {200, _headers, body} =
               ask("POST", "/chat", body, [{"content-type", "application/json"}])

      assert body =~ ~r/"text":"Hello".*\n\n: thinking\n\n.*"text":" there"/s

      assert [
               %{"type" => "start"},
               %{"text" => "Hello"},
               %{"text" => " there"},
               %{"type" => "done"}
             ] = events(body)
    end

    test "is cancelled when the person leaves", %{server: server} do
      body =
        JSON.encode!(
          %{@hello | messages: [%{role: "user", content: String.duplicate("word ", 300)}]}
          |> Map.put(:model, "echo-slow")
        )

      socket = connect()

      head =
        "POST /chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: #{byte_size(body)}\r\n\r\n"

      :ok = :gen_tcp.send(socket, [head, body])
      assert {:ok, "HTTP/1.1 200 OK" <> _} = :gen_tcp.recv(socket, 0, 5_000)
      Process.sleep(500)
      :gen_tcp.close(socket)
      assert eventually(fn -> Enum.any?(TestServer.log(server), &(&1["code"] == "cancelled")) end)
      assert eventually(fn -> Task.Supervisor.children(OneshotAI.Readers) == [] end)
    end
  end

  describe "the password" do
    test "without one there is echo alone" do
      assert {200, _headers, body} = ask("GET", "/providers")

      assert {:ok, %{"providers" => [%{"name" => "echo", "models" => models}], "locked" => true}} =
               JSON.decode(body)

      assert "echo-slow" in models
      # It makes vectors, not answers.
      refute "echo-embedding" in models
      assert {403, message} = chat(%{@hello | provider: "claude"})
      assert message =~ "WEB_PASSWORD"
    end

    test "with one, everything but /health asks for it" do
      Application.put_env(:oneshot, :password, "päss:word")

      for path <- ["/", "/app.js", "/providers", "/nothing"] do
        assert {401, %{"www-authenticate" => "Basic" <> _}, ""} = ask("GET", path)
      end

      assert {401, _} = chat(@hello)

      for wrong <- [
            "Basic " <> Base.encode64("me:wrong"),
            "Basic x",
            "Bearer päss:word",
            "Basic " <> Base.encode64("päss:word")
          ] do
        assert {401, _headers, _body} = ask("GET", "/", "", [{"authorization", wrong}])
      end

      right = {"authorization", "basic " <> Base.encode64("me:päss:word")}
      assert {200, _headers, _body} = ask("GET", "/", "", [right])
      assert {200, _headers, body} = ask("GET", "/providers", "", [right])
      assert {:ok, %{"locked" => false}} = JSON.decode(body)

      # The provider has no key here, and the server says so.
      assert {200, [%{"type" => "error", "reason" => "provider_unavailable"}]} =
               chat(%{@hello | provider: "claude"}, [right, {"content-type", "application/json"}])
    end
  end

  test "malformed requests are refused, and slow ones given up" do
    for bytes <- [
          "nonsense\r\n\r\n",
          "GET http://elsewhere/ HTTP/1.1\r\n\r\n",
          "POST /chat HTTP/1.1\r\ncontent-length: x\r\n\r\n"
        ] do
      socket = connect()
      :ok = :gen_tcp.send(socket, bytes)
      assert {400, _headers, _body} = read_answer(socket, "")
    end
  end

  test "without a key it says what is missing" do
    Application.delete_env(:oneshot_ai, :jwt)
    assert {503, _headers, body} = ask("GET", "/providers")
    assert {:ok, %{"error" => error}} = JSON.decode(body)
    assert error =~ "JWT_SECRET"
  end
end
