defmodule OneshotAI.WebhookTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.Webhook

  doctest OneshotAI.Webhook

  @key String.duplicate("k", 32)
  @secret "whsec_" <> Base.encode64(@key)
  @body ~s({"type":"answer.completed","timestamp":"2026-11-29T00:00:00.000Z",) <>
          ~s("data":{"request_id":"r1","state":"completed","stream":false,"last_event_id":0,"error":null,) <>
          ~s("expires_at":"2026-11-29T01:00:00.000Z","usage":null,"usage_source":"provider",) <>
          ~s("cost":{"currency":"USD","input":0.25,"output":0.5,"total":0.75}}})

  defp sign(body, seconds, key \\ @key) do
    signature = :crypto.mac(:hmac, :sha256, key, "msg_r1.#{seconds}.#{body}")

    %{
      "webhook-id" => "msg_r1",
      "webhook-timestamp" => "#{seconds}",
      "webhook-signature" => "v1,#{Base.encode64(signature)}"
    }
  end

  defp now, do: System.system_time(:second)

  test "a message of the server's" do
    assert {:ok, %Webhook{id: "msg_r1", type: "answer.completed", answer: answer} = webhook} =
             Webhook.verify(@body, sign(@body, now()), @secret)

    assert %{request_id: "r1", state: :completed, usage_source: "provider", cost: cost} = answer
    assert cost.total == 0.75
    assert answer.expires_at == ~U[2026-11-29 01:00:00.000Z]
    assert abs(DateTime.diff(webhook.timestamp, DateTime.utc_now())) < 60
  end

  test "the example of Standard Webhooks" do
    # https://www.standardwebhooks.com: the signature of its own libraries' tests; the time is old.
    headers = %{
      "webhook-id" => "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp" => "1614265330",
      "webhook-signature" => "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    }

    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert {:error, :too_old} = Webhook.verify(~s({"test": 2432232314}), headers, secret)
    content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"
    key = Base.decode64!("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    assert "v1," <> Base.encode64(:crypto.mac(:hmac, :sha256, key, content)) ==
             headers["webhook-signature"]
  end

  test "headers as pairs in any case, other versions, several signatures, two secrets" do
    headers = sign(@body, now())
    pairs = for {name, value} <- headers, do: {String.upcase(name), value}
    assert {:ok, _} = Webhook.verify(@body, pairs, @secret)

    other = "whsec_" <> Base.encode64(String.duplicate("o", 24))
    assert {:ok, _} = Webhook.verify(@body, headers, [other, @secret])
    assert {:ok, _} = Webhook.verify(@body, headers, other <> " " <> @secret)

    several = Map.update!(headers, "webhook-signature", &("v1a,AAAA v1,AAAA " <> &1))
    assert {:ok, _} = Webhook.verify(@body, several, @secret)
  end

  test "what is refused" do
    good = sign(@body, now())
    assert {:error, :wrong_signature} = Webhook.verify(@body <> " ", good, @secret)

    other = "whsec_" <> Base.encode64(String.duplicate("o", 32))
    assert {:error, :wrong_signature} = Webhook.verify(@body, good, other)

    for header <- Map.keys(good) do
      assert {:error, :missing_header} = Webhook.verify(@body, Map.delete(good, header), @secret)
    end

    moved = Map.put(good, "webhook-timestamp", "#{now() + 1}")
    assert {:error, :wrong_signature} = Webhook.verify(@body, moved, @secret)
    renamed = Map.put(good, "webhook-id", "msg_r2")
    assert {:error, :wrong_signature} = Webhook.verify(@body, renamed, @secret)
    assert {:error, :too_old} = Webhook.verify(@body, sign(@body, now() - 301), @secret)
    assert {:error, :too_new} = Webhook.verify(@body, sign(@body, now() + 302), @secret)
    never = Map.put(good, "webhook-timestamp", "soon")
    assert {:error, :missing_header} = Webhook.verify(@body, never, @secret)
    assert {:error, :not_a_message} = Webhook.verify("[]", sign("[]", now()), @secret)
    versionless = Map.update!(good, "webhook-signature", &String.replace(&1, "v1,", "v2,"))
    assert {:error, :wrong_signature} = Webhook.verify(@body, versionless, @secret)

    assert_raise ArgumentError, ~r/must begin with whsec_/, fn ->
      Webhook.verify(@body, good, Base.encode64(@key))
    end

    assert_raise ArgumentError, ~r/whsec_ and base64/, fn ->
      Webhook.verify(@body, good, "whsec_äöü")
    end
  end

  describe "the plug" do
    defp plug(opts \\ []) do
      owner = self()
      defaults = [at: "/hooks/ai", secret: @secret, handler: &send(owner, {:webhook, &1})]
      Webhook.Plug.init(Keyword.merge(defaults, opts))
    end

    def ended(webhook, owner), do: send(owner, {:webhook, webhook})

    # With the real Plug, if it is there.
    defp conn(headers, body) do
      conn = apply(Plug.Test, :conn, [:post, "/hooks/ai", body])
      %{conn | req_headers: Map.to_list(headers)}
    end

    test "a message" do
      conn = Webhook.Plug.call(conn(sign(@body, now()), @body), plug())
      assert %{status: 204, halted: true} = conn
      assert_received {:webhook, %Webhook{answer: %{request_id: "r1"}}}
    end

    test "a forged one, another method, another path" do
      conn = Webhook.Plug.call(conn(%{}, @body), plug())
      assert %{status: 400, resp_body: "missing_header", halted: true} = conn

      get = %{conn(%{}, "") | method: "GET"}
      assert %{status: 405, halted: true} = Webhook.Plug.call(get, plug())

      other = %{conn(%{}, "") | path_info: ["hooks"]}
      assert Webhook.Plug.call(other, plug()) == other
      refute_received {:webhook, _}
    end

    test "a secret and a handler by name, options that are missing" do
      handler = {__MODULE__, :ended, [self()]}
      opts = plug(secret: {Function, :identity, [@secret]}, handler: handler)
      assert %{status: 204} = Webhook.Plug.call(conn(sign(@body, now()), @body), opts)
      assert_received {:webhook, %Webhook{}}

      assert_raise ArgumentError, ~r/needs :secret/, fn ->
        Webhook.Plug.init(at: "/", handler: & &1)
      end

      assert_raise ArgumentError, ~r/did you mean :handler/, fn -> Webhook.Plug.init(handlr: 1) end
    end
  end
end
