defmodule OneshotAI.AddressTest do
  # Alone: it changes how the VM looks up names.
  use OneshotAI.Case, async: false

  alias OneshotAI.{HTTP1, RawServer}
  alias OneshotAI.Transport.{Request, Response}

  @ipv4 {127, 0, 0, 1}
  @ipv6 {0, 0, 0, 0, 0, 0, 0, 1}

  setup do
    before = :inet_db.res_option(:lookup)
    :inet_db.set_lookup([:file, :native])

    on_exit(fn ->
      :inet_db.set_lookup(before)
      :inet_db.del_host(@ipv4)
      :inet_db.del_host(@ipv6)
    end)
  end

  defp listen(ip) do
    family = if tuple_size(ip) == 8, do: [:inet6], else: []

    RawServer.start!(
      fn connection, _request -> RawServer.write(connection, "HTTP/1.1 204 No Content\r\n\r\n") end,
      ip: family ++ [ip: ip]
    ).port
  end

  defp open(host, port, fields \\ []) do
    HTTP1.open(struct!(%Request{method: :get, url: URI.parse("http://#{host}:#{port}/")}, fields))
  end

  @tag :ipv6
  test "an IPv6 address as it is" do
    port = listen(@ipv6)
    assert {:ok, %Response{}} = open("[::1]", port)
    assert_receive {:request, text}
    assert text =~ "host: [::1]:#{port}\r\n"
  end

  @tag :ipv6
  test "a name of a private network, which has an IPv6 address only" do
    :inet_db.add_host(@ipv6, [~c"ai.internal", ~c"ai.flycast"])
    port = listen(@ipv6)
    assert {:ok, %Response{}} = open("ai.internal", port)
    assert {:ok, %Response{}} = open("ai.flycast", port)
    assert {:error, %Error{reason: :connection_refused}} = open("ai.internal", port - 1)
  end

  @tag :ipv6
  test "any name with an IPv6 address only" do
    :inet_db.add_host(@ipv6, [~c"ai.example"])
    assert {:ok, %Response{}} = open("ai.example", listen(@ipv6))
  end

  @tag :ipv6
  test "if one family is refused, the other is tried" do
    :inet_db.add_host(@ipv4, [~c"both.example"])
    :inet_db.add_host(@ipv6, [~c"both.example"])

    for ip <- [@ipv4, @ipv6], inet6 <- [nil, true, false] do
      assert {:ok, %Response{}} = open("both.example", listen(ip), inet6: inet6)
    end

    assert {:error, %Error{reason: :connection_refused}} = open("both.example", 1)
  end

  test "a name without an address" do
    for host <- ["nobody.internal", "nobody.invalid"] do
      assert {:error, %Error{reason: :unreachable, message: message}} = open(host, 80)
      assert message =~ "Its name has no address."
    end
  end
end
