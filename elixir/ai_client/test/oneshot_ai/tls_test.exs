defmodule OneshotAI.TLSTest do
  use OneshotAI.Case, async: false

  alias OneshotAI.{HTTP1, RawServer}
  alias OneshotAI.Transport.{Request, Response}

  @answer "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"

  # A chain of our own: `names` are what the certificate is for.
  defp certificates(names) do
    alternative =
      {:Extension, {2, 5, 29, 17}, false,
       Enum.map(names, fn
         {_, _, _, _} = address ->
           {:iPAddress, address |> Tuple.to_list() |> :erlang.list_to_binary()}

         name ->
           {:dNSName, String.to_charlist(name)}
       end)}

    # Without a digest it would be SHA-1, which newer versions of OTP refuse.
    kind = [key: {:namedCurve, :secp256r1}, digest: :sha256]

    %{server_config: server, client_config: client} =
      :public_key.pkix_test_data(%{
        server_chain: %{root: kind, intermediates: [], peer: [extensions: [alternative]] ++ kind},
        client_chain: %{root: kind, intermediates: [], peer: kind}
      })

    path = Path.join(System.tmp_dir!(), "ai-client-ca-#{System.unique_integer([:positive])}.pem")

    File.write!(
      path,
      :public_key.pem_encode(for der <- client[:cacerts], do: {:Certificate, der, :not_encrypted})
    )

    on_exit(fn -> File.rm(path) end)
    {Keyword.take(server, [:cert, :key]), path}
  end

  defp serve(
         names,
         opts \\ [],
         handle \\ fn connection, _request -> RawServer.write(connection, @answer) end
       ) do
    {server, authority} = certificates(names)

    %{port: port} =
      RawServer.start!(handle, tls: server ++ Keyword.put_new(opts, :log_level, :none))

    {port, authority}
  end

  defp open(url, authority) do
    HTTP1.open(%Request{
      method: :get,
      url: URI.parse(url),
      cacertfile: authority,
      connect_timeout: 5_000
    })
  end

  for version <- [:"tlsv1.2", :"tlsv1.3"] do
    test "#{version}: a certificate for this name, from an authority that is trusted" do
      {port, authority} = serve(["localhost", {127, 0, 0, 1}], versions: [unquote(version)])

      for host <- ["localhost", "127.0.0.1"] do
        assert {:ok, %Response{status: 200} = answer} = open("https://#{host}:#{port}/", authority)
        assert {:ok, "hello", _next} = answer.next.()
        answer.close.()
      end
    end
  end

  test "a wildcard" do
    {port, authority} = serve(["*.localhost"])
    assert {:error, %Error{reason: :tls_failed}} = open("https://localhost:#{port}/", authority)

    # Resolved by the system as its own: RFC 6761 §6.3. If it is not, the test has nothing to check.
    with {:ok, _address} <- :inet.getaddr(~c"ai.localhost", :inet) do
      assert {:ok, %Response{}} = open("https://ai.localhost:#{port}/", authority)
    end
  end

  test "a certificate for another name" do
    {port, authority} = serve(["example.com"])

    assert {:error, %Error{reason: :tls_failed, retryable?: false} = error} =
             open("https://localhost:#{port}/", authority)

    assert error.message =~ "cannot be trusted"
    assert {:error, %Error{reason: :tls_failed}} = open("https://127.0.0.1:#{port}/", authority)
  end

  test "an authority that the operating system does not know" do
    {port, _authority} = serve(["localhost"])

    assert {:error, %Error{reason: :tls_failed, message: message}} =
             open("https://localhost:#{port}/", nil)

    assert message =~ "unknown_ca" or message =~ "no certificates to trust"
  end

  test "an old version of TLS" do
    {port, authority} = serve(["localhost"], versions: [:"tlsv1.1"])
    assert {:error, %Error{reason: :tls_failed}} = open("https://localhost:#{port}/", authority)
  end

  test "no TLS at all" do
    # It reads the handshake as a request that has no end.
    %{port: port} = RawServer.start!(fn _connection, _request -> :ok end)

    request = %Request{
      method: :get,
      url: URI.parse("https://127.0.0.1:#{port}/"),
      connect_timeout: 300
    }

    assert {:error, %Error{reason: :timeout}} = HTTP1.open(request)

    # It answers as an HTTP server without TLS would.
    {:ok, listener} = :gen_tcp.listen(0, [:binary, active: false, reuseaddr: true])
    {:ok, port} = :inet.port(listener)

    spawn_link(fn ->
      {:ok, socket} = :gen_tcp.accept(listener)
      {:ok, _handshake} = :gen_tcp.recv(socket, 0)
      :gen_tcp.send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n")
      :gen_tcp.recv(socket, 0)
    end)

    # With the authorities of another server, so that this machine's own do not matter.
    {_port, authority} = serve(["localhost"])

    assert {:error, %Error{reason: :tls_failed, message: message}} =
             open("https://127.0.0.1:#{port}/", authority)

    assert message =~ "does not speak TLS"
  end

  test "a file of authorities that is not there" do
    {port, _authority} = serve(["localhost"])

    assert {:error, %Error{reason: :tls_failed, message: message}} =
             open("https://localhost:#{port}/", "/no/such/file.pem")

    assert message =~ "cacertfile"
  end

  test "readers that are killed leave nothing behind, and the server sees it" do
    owner = self()

    {port, authority} =
      serve(["localhost"], [], fn connection, _request ->
        RawServer.write(
          connection,
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"type\":\"start\"}\n\n"
        )

        send(owner, {:closed, RawServer.closed?(connection, 10_000)})
      end)

    client = Client.new(url: "https://localhost:#{port}", token: "t", cacertfile: authority)
    # The first call loads what stays.
    assert [%Event.Start{}] = Enum.take(OneshotAI.stream("p", "Hi", client: client), 1)
    assert_receive {:closed, true}, 5_000
    Process.sleep(500)
    before = {length(Process.list()), length(Port.list())}

    for _ <- 1..100 do
      reader =
        spawn(fn ->
          Enum.each(OneshotAI.stream("p", "Hi", client: client), &send(owner, {self(), &1}))
        end)

      assert_receive {^reader, %Event.Start{}}, 5_000
      Process.exit(reader, :kill)
    end

    for _ <- 1..100, do: assert_receive({:closed, true}, 5_000)

    assert eventually(fn ->
             {processes, ports} = {length(Process.list()), length(Port.list())}
             processes <= elem(before, 0) and ports <= elem(before, 1)
           end)
  end
end
