defmodule OneshotAI.ReqTest do
  # Runs if Req is on the code path: ERL_LIBS=… mix test.
  use OneshotAI.Case, async: false

  alias OneshotAI.{RawServer, Transport}

  @moduletag :req

  setup_all do
    {:ok, _started} = Application.ensure_all_started(:req)
    {:ok, client: client(server(), transport: Transport.Req)}
  end

  test "whole answers, streams and lists", %{client: client} do
    assert {:ok, %Response{text: "Hello there"}} =
             OneshotAI.chat("echo", "Hello there", client: client)

    assert "Hello there" ==
             "echo" |> OneshotAI.stream_text("Hello there", client: client) |> Enum.join()

    assert {:ok, %{status: "ok"}} = OneshotAI.health(client: client)
    assert {:ok, [_ | _]} = OneshotAI.list_models(client: client)
  end

  test "a pool of the app's own" do
    start_supervised!({Finch, name: __MODULE__.Pool})
    named? = :req |> Application.spec(:vsn) |> to_string() |> Version.match?(">= 0.7.0-0")
    finch = if named?, do: [name: __MODULE__.Pool], else: __MODULE__.Pool
    client = client(server(), transport: Transport.Req, transport_options: [finch: finch])
    assert {:ok, "Hello there"} = OneshotAI.chat_text("echo", "Hello there", client: client)

    assert "Hello there" ==
             "echo" |> OneshotAI.stream_text("Hello there", client: client) |> Enum.join()
  end

  test "options for connecting, beside those of the client" do
    proxied = [connect_options: [proxy: {:http, "127.0.0.1", 1, []}]]

    client =
      Client.new(
        url: "https://ai.invalid",
        token: "t",
        transport: Transport.Req,
        transport_options: proxied
      )

    assert {:error, %Error{reason: :connection_refused}} =
             OneshotAI.chat("echo", "Hi", client: client)
  end

  test "calls with a time limit need no pool each", %{client: client} do
    pools = fn -> DynamicSupervisor.count_children(Req.FinchSupervisor).active end

    for timeout <- 3_001..3_020,
        do: assert({:ok, _} = OneshotAI.health(client: client, timeout: timeout))

    before = pools.()

    for timeout <- 3_021..3_040,
        do: assert({:ok, _} = OneshotAI.health(client: client, timeout: timeout))

    assert pools.() == before
  end

  test "an answer of a megabyte", %{client: client} do
    text = String.duplicate("0123456789 café ", 62_000)
    assert {:ok, %{text: ^text}} = OneshotAI.chat("echo", text, client: client)
    assert text == "echo" |> OneshotAI.stream_text(text, client: client) |> Enum.join()
  end

  test "errors", %{client: client} do
    assert {:error, %Error{reason: :rate_limited, retry_after: 7, status: 429}} =
             OneshotAI.chat("echo", "Hi", model: "echo-fail-rate_limited", client: client)

    events =
      Enum.to_list(
        OneshotAI.stream("echo", "one two three four", model: "echo-cut", client: client)
      )

    assert {:error, %Error{reason: :upstream_incomplete, partial: %Response{}}} = List.last(events)

    assert {:error, %Error{reason: :timeout}} =
             OneshotAI.chat("echo", String.duplicate("word ", 50),
               model: "echo-slow",
               timeout: 300,
               client: client
             )

    refused = Client.new(url: "http://127.0.0.1:1", token: "t", transport: Transport.Req)

    assert {:error, %Error{reason: :connection_refused}} =
             OneshotAI.chat("echo", "Hi", client: refused)
  end

  test "a stream whose connection breaks, and one that falls silent" do
    %{url: url} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(
          connection,
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\n: a\n\n\r\n"
        )

        RawServer.close(connection)
      end)

    client = Client.new(url: url, token: "t", transport: Transport.Req)

    assert [{:error, %Error{reason: :disconnected}}] =
             Enum.to_list(OneshotAI.stream("p", "Hi", client: client))

    %{url: url} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(
          connection,
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: a\n\n"
        )

        RawServer.closed?(connection, 5_000)
      end)

    client = Client.new(url: url, token: "t", transport: Transport.Req, silence_timeout: 200)

    assert [{:error, %Error{reason: :timeout}}] =
             Enum.to_list(OneshotAI.stream("p", "Hi", client: client))
  end

  test "cancelling: by a reader that wants no more, and by its death", %{client: client} do
    long = String.duplicate("word ", 200)
    TestServer.forget_log(server())

    assert [%Event.Start{}] =
             Enum.take(OneshotAI.stream("echo", long, model: "echo-slow", client: client), 1)

    cancelled = fn -> Enum.count(TestServer.log(server()), &(&1["code"] == "cancelled")) end
    assert eventually(fn -> cancelled.() == 1 end)
    assert {:message_queue_len, 0} = Process.info(self(), :message_queue_len)

    owner = self()

    reader =
      spawn(fn ->
        Enum.each(
          OneshotAI.stream("echo", long, model: "echo-slow", client: client),
          &send(owner, &1)
        )
      end)

    assert_receive %Event.Start{}
    Process.exit(reader, :kill)
    assert eventually(fn -> cancelled.() == 2 end)
  end
end
