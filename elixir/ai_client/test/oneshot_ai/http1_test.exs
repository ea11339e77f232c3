defmodule OneshotAI.HTTP1Test do
  use OneshotAI.Case, async: true

  alias OneshotAI.{HTTP1, RawServer}
  alias OneshotAI.HTTP1.{Body, Head}
  alias OneshotAI.Transport.{Request, Response}

  @answers [
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
    {"no body", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""},
    {"the end of the connection", "HTTP/1.1 200 OK\r\n\r\nhello", "hello"},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "hello"},
    {"chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
     "hello"},
    {"chunks with extensions and trailers",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3;a=b\r\nhel\r\n02 \r\nlo\r\n000\r\nx: y\r\nz: w\r\n\r\n",
     "hello"},
    {"chunks in upper-case sizes",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
     "0123456789"},
    {"interim answers",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
     "hi"},
    {"no reason phrase", "HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nhi", "hi"},
    {"the same length twice", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nhi",
     "hi"},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", ""},
    {"line breaks in the body",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"}
  ]

  for {name, bytes, body} <- @answers do
    test "reads an answer with #{name}, wherever it is cut" do
      bytes = unquote(bytes)

      for at <- 0..byte_size(bytes) do
        pieces = [binary_part(bytes, 0, at), binary_part(bytes, at, byte_size(bytes) - at)]
        assert {:ok, unquote(body)} == decode(pieces, :closed)
      end

      assert {:ok, unquote(body)} == decode(for(<<byte <- bytes>>, do: <<byte>>), :closed)
    end
  end

  @broken [
    {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"},
    {"HTTP/2", "HTTP/2 200 OK\r\n\r\n"},
    {"no status", "HTTP/1.1 abc OK\r\n\r\n"},
    {"a status out of range", "HTTP/1.1 999 OK\r\n\r\n"},
    {"a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"},
    {"a space before the colon", "HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello"},
    {"a folded header", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"},
    {"a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"},
    {"a length with a sign", "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello"},
    {"two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!"},
    {"a length and chunks",
     "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"another coding", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"},
    {"a chunk without a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n"},
    {"a negative chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n"},
    {"a chunk's size with a sign",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"},
    {"a chunk's size of nothing but a sign",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-0\r\n\r\n"},
    {"a chunk that is longer than it says",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"},
    {"an endless size",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" <> String.duplicate("0", 5000)},
    {"endless headers", "HTTP/1.1 200 OK\r\na: " <> String.duplicate("x", 70_000)}
  ]

  for {name, bytes} <- @broken do
    test "refuses an answer with #{name}" do
      assert {:error, message} = decode([unquote(bytes)], :open)
      assert message =~ ~r/^(It|Its|One|A) /
    end
  end

  @cut [
    "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhell",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    "HTTP/1.1 200 OK\r\ncontent-le",
    ""
  ]

  test "never takes a body that breaks off for a whole one" do
    for bytes <- @cut, do: assert(:broken == decode([bytes], :closed))
  end

  # The pure half: pieces of an answer, and then the end of the connection → its body.
  defp decode(pieces, ending), do: decode_head(pieces, "", ending)

  defp decode_head([], _buffer, _ending), do: :broken

  defp decode_head([piece | pieces], buffer, ending) do
    case Head.decode(buffer <> piece) do
      :more ->
        decode_head(pieces, buffer <> piece, ending)

      {:error, problem} ->
        {:error, problem}

      {:ok, status, headers, rest} ->
        with {:ok, framing} <- Body.framing(status, headers),
             do: decode_body(framing, [rest | pieces], "", ending)
    end
  end

  defp decode_body(framing, [], data, :closed),
    do: if(Body.closed(framing) == :done, do: {:ok, data}, else: :broken)

  defp decode_body(framing, [piece | pieces], data, ending) do
    case Body.decode(framing, piece) do
      {:ok, more, framing} -> decode_body(framing, pieces, data <> more, ending)
      {:done, last} -> {:ok, data <> last}
      :done -> {:ok, data}
      {:error, problem} -> {:error, problem}
    end
  end

  defp request(url, fields \\ []),
    do: struct!(%Request{method: :post, url: URI.parse(url), body: "{}"}, fields)

  defp read(answer), do: read(answer.next, [])

  defp read(next, pieces) do
    case next.() do
      {:ok, piece, next} -> read(next, [pieces, piece])
      :done -> {:ok, IO.iodata_to_binary(pieces)}
      {:error, error} -> {:error, error, IO.iodata_to_binary(pieces)}
    end
  end

  test "what is sent" do
    %{url: url, port: port} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(connection, "HTTP/1.1 204 No Content\r\n\r\n")
      end)

    {:ok, answer} = HTTP1.open(request(url <> "/base/chat", headers: [{"x-a", "b"}]))
    assert {:ok, ""} = read(answer)
    assert_receive {:request, text}

    assert text ==
             "POST /base/chat HTTP/1.1\r\nhost: 127.0.0.1:#{port}\r\nx-a: b\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"

    {:ok, _answer} = HTTP1.open(request(url <> "/health", method: :get, body: ""))
    assert_receive {:request, "GET /health HTTP/1.1\r\nhost: " <> rest}
    refute rest =~ "content-length"
  end

  test "a body that breaks off is reported after its bytes" do
    for bytes <- Enum.take(@cut, 3) do
      %{url: url} =
        RawServer.start!(fn connection, _request ->
          RawServer.write(connection, bytes)
          RawServer.close(connection)
        end)

      {:ok, answer} = HTTP1.open(request(url))
      assert {:error, %Error{reason: :disconnected}, "hell" <> _} = read(answer)
      assert :ok = answer.close.()
      assert :ok = answer.close.()
    end
  end

  test "a body that ends with the connection is complete if it was closed, not if it was reset" do
    owner = self()

    for {linger, result} <- [{{false, 0}, :whole}, {{true, 0}, :disconnected}] do
      %{url: url} =
        RawServer.start!(fn {_module, socket} = connection, _request ->
          RawServer.write(connection, "HTTP/1.1 200 OK\r\n\r\nhello")
          send(owner, {:server, self()})
          receive do: (:read -> :ok)
          :ok = :inet.setopts(socket, linger: linger)
          :gen_tcp.close(socket)
        end)

      {:ok, answer} = HTTP1.open(request(url))
      assert {:ok, "hello", next} = answer.next.()
      assert_receive {:server, server}
      send(server, :read)

      case {result, next.()} do
        {:whole, ending} -> assert ending == :done
        {reason, ending} -> assert {:error, %Error{reason: ^reason}} = ending
      end
    end
  end

  test "a connection that is reset" do
    %{url: url} =
      RawServer.start!(fn {_module, socket}, _request ->
        :ok = :inet.setopts(socket, linger: {true, 0})
        :gen_tcp.close(socket)
      end)

    assert {:error, %Error{reason: :disconnected}} = HTTP1.open(request(url))
  end

  test "the deadline is for the whole, the silence for each wait" do
    %{url: url} =
      RawServer.start!(fn connection, _request ->
        RawServer.write(connection, "HTTP/1.1 200 OK\r\n\r\n")

        for _ <- 1..20 do
          Process.sleep(50)
          RawServer.write(connection, "x")
        end

        RawServer.close(connection)
      end)

    {:ok, answer} = HTTP1.open(request(url, silence_timeout: 900))
    assert {:ok, "xxxxxxxxxxxxxxxxxxxx"} = read(answer)

    {:ok, answer} = HTTP1.open(request(url, deadline: System.monotonic_time(:millisecond) + 600))
    assert {:error, %Error{reason: :timeout}, "x" <> _} = read(answer)
  end

  test "a large body is announced, and what a server says to that is heard" do
    large = String.duplicate("x", 2_000_000)
    owner = self()

    # This one refuses at the headers, and closes without reading on.
    {:ok, listener} = :gen_tcp.listen(0, [:binary, active: false, reuseaddr: true])
    {:ok, port} = :inet.port(listener)

    spawn_link(fn ->
      {:ok, socket} = :gen_tcp.accept(listener)
      {:ok, head} = :gen_tcp.recv(socket, 0)
      send(owner, {:head, head})
      :gen_tcp.send(socket, "HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}")
      :gen_tcp.close(socket)
    end)

    assert {:ok, %Response{status: 413}} =
             HTTP1.open(request("http://127.0.0.1:#{port}/", body: large))

    assert_receive {:head, head}
    assert head =~ "expect: 100-continue"
    refute head =~ "xxx"

    # A server that does not know the word gets the body after a while; so does the real one, at
    # once.
    %{url: url} =
      RawServer.start!(fn connection, request ->
        send(owner, {:size, byte_size(request)})
        RawServer.write(connection, "HTTP/1.1 204 No Content\r\n\r\n")
      end)

    assert {:ok, %Response{status: 204}} = HTTP1.open(request(url, body: large))
    assert_receive {:size, size}
    assert size > 2_000_000
  end
end
