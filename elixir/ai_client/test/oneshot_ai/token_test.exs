defmodule OneshotAI.TokenTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.Token

  # Pairs as OpenSSL writes them.
  defp key_pair(kind) do
    parameters =
      case kind do
        :ed25519 -> {:namedCurve, :ed25519}
        :p256 -> {:namedCurve, :secp256r1}
      end

    key = :public_key.generate_key(parameters)
    private = :public_key.pem_encode([:public_key.pem_entry_encode(:PrivateKeyInfo, key)])
    {private, public_pem(kind, elem(key, 4))}
  end

  # SubjectPublicKeyInfo: for these two it is a fixed beginning and the key (RFC 8410 §4, RFC 5480
  # §2).
  defp public_pem(:ed25519, key), do: pem(<<0x302A300506032B6570032100::96>> <> key)

  defp public_pem(:p256, key),
    do: pem(<<0x3059301306072A8648CE3D020106082A8648CE3D030107034200::208>> <> key)

  defp pem(der), do: "-----BEGIN PUBLIC KEY-----\n#{Base.encode64(der)}\n-----END PUBLIC KEY-----\n"

  defp claims(token) do
    [header, claims, _signature] = String.split(token, ".")
    {:ok, header} = header |> Base.url_decode64!(padding: false) |> OneshotAI.JSON.decode()
    {:ok, claims} = claims |> Base.url_decode64!(padding: false) |> OneshotAI.JSON.decode()
    {header, claims}
  end

  defp token(opts, call_claims \\ %{}) do
    {:ok, token} = Token.fetch(Client.new(opts), call_claims)
    token
  end

  describe "HS256" do
    test "claims and header" do
      jwt = [
        secret: TestServer.secret(),
        subject: "shop",
        key_id: "k1",
        lifetime: 60,
        claims: %{tier: "gold"}
      ]

      now = System.system_time(:second)
      assert {%{"alg" => "HS256", "typ" => "JWT", "kid" => "k1"}, claims} = claims(token(jwt: jwt))
      assert %{"iss" => "oneshot", "aud" => "ai-server", "sub" => "shop", "tier" => "gold"} = claims
      assert_in_delta claims["iat"], now, 30
      assert claims["exp"] == claims["iat"] + 60
      assert byte_size(claims["jti"]) == 16
    end

    test "a call's claims are added, those of the client's own stay" do
      jwt = [secret: TestServer.secret(), subject: "shop", claims: [tier: "gold", plan: "a"]]

      assert {_header, claims} =
               claims(token([jwt: jwt], %{"sub" => "user-1", "plan" => "b", "iss" => "me"}))

      assert %{"iss" => "oneshot", "sub" => "user-1", "tier" => "gold", "plan" => "b"} = claims
    end

    test "a call's claims win however many there are, and whatever their names are written as" do
      own = for number <- 1..50, do: {:"claim_#{number}", "own"}
      given = for number <- 1..50, into: %{}, do: {"claim_#{number}", "given"}

      assert {_header, claims} =
               claims(token([jwt: [secret: TestServer.secret(), claims: own]], given))

      assert given == Map.take(claims, Map.keys(given))
    end

    test "is accepted, with claims of the call" do
      TestServer.forget_log(server())
      subject = "user-#{System.unique_integer([:positive])}"

      assert {:ok, _response} =
               OneshotAI.chat("echo", "Hi", claims: %{"sub" => subject, "limits" => %{"rpm" => 5}})

      assert eventually(fn -> Enum.any?(TestServer.log(server()), &(&1["subject"] == subject)) end)
    end

    test "a user's id that is a number is accepted as well" do
      TestServer.forget_log(server())
      id = System.unique_integer([:positive])
      assert {:ok, _response} = OneshotAI.chat("echo", "Hi", claims: %{"sub" => id})

      assert eventually(fn ->
               Enum.any?(TestServer.log(server()), &(&1["subject"] == to_string(id)))
             end)
    end

    test "an issuer or audience of one's own" do
      server = TestServer.start!(%{"JWT_ISSUER" => "shop", "JWT_AUDIENCE" => "ai"})
      jwt = [secret: TestServer.secret(), issuer: "shop", audience: "ai"]
      assert {:ok, _response} = OneshotAI.chat("echo", "Hi", client: client(server, jwt: jwt))

      assert {:error, %Error{reason: :unauthenticated}} =
               OneshotAI.chat("echo", "Hi", client: client(server))
    end
  end

  for {kind, algorithm} <- [ed25519: "EdDSA", p256: "ES256"] do
    test "#{algorithm}: signed here, verified by the server" do
      {private, public} = key_pair(unquote(kind))
      server = TestServer.start!(%{"JWT_SECRET" => false, "JWT_PUBLIC_KEY" => public})
      one_line = String.replace(private, "\n", "\\n")

      for pem <- [private, one_line] do
        client = client(server, jwt: [private_key: pem])
        assert {%{"alg" => unquote(algorithm)}, _claims} = claims(token(jwt: [private_key: pem]))

        # A signature's numbers are sometimes short; they must be padded.
        for number <- 1..20 do
          assert {:ok, _} = OneshotAI.list_providers(client: client, claims: %{"n" => number})
        end
      end

      {other, _public} = key_pair(unquote(kind))
      client = client(server, jwt: [private_key: other])
      assert {:error, %Error{reason: :unauthenticated}} = OneshotAI.list_providers(client: client)
    end
  end

  @openssl System.find_executable("openssl")
  if @openssl == nil, do: @tag(skip: "needs openssl")

  test "a key made by OpenSSL" do
    for {arguments, algorithm} <- [
          {~w(genpkey -algorithm ed25519), "EdDSA"},
          {~w(genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256), "ES256"},
          {~w(ecparam -name prime256v1 -genkey -noout), "ES256"}
        ] do
      {pem, 0} = System.cmd(@openssl, arguments, stderr_to_stdout: true)
      assert {%{"alg" => ^algorithm}, _claims} = claims(token(jwt: [private_key: pem]))
    end
  end

  describe "the cache" do
    test "keeps a token, one for each set of claims" do
      jwt = [secret: String.duplicate("cache", 8)]
      assert token(jwt: jwt) == token(jwt: jwt)
      refute token(jwt: jwt) == token([jwt: jwt], %{"sub" => "a"})
      assert token([jwt: jwt], %{"sub" => "a"}) == token([jwt: jwt], %{"sub" => "a"})
      refute token(jwt: jwt) == token(jwt: jwt ++ [issuer: "other"])
    end

    test "renews a token before it expires, and the caller does not notice" do
      # The tolerance is for a busy machine; the last call is made after the first token has ended
      # with it.
      server = TestServer.start!(%{"JWT_TOLERANCE_SECONDS" => "2"})
      client = client(server, jwt: [secret: TestServer.secret(), lifetime: 2])
      until = System.monotonic_time(:millisecond) + 5_000

      tokens =
        Stream.repeatedly(fn ->
          assert {:ok, _} = OneshotAI.chat("echo", "Hi", client: client)
          Process.sleep(50)
          {:ok, token} = Token.fetch(client, %{})
          token
        end)
        |> Enum.take_while(fn _ -> System.monotonic_time(:millisecond) < until end)

      # One in a second at the most.
      renewals = tokens |> Enum.uniq() |> length()
      assert renewals in 2..7
    end

    test "a stream goes on after its token has expired" do
      server = TestServer.start!(%{"JWT_TOLERANCE_SECONDS" => "2"})
      client = client(server, jwt: [secret: TestServer.secret(), lifetime: 2])
      text = Enum.join(1..25, " ")

      assert text ==
               "echo"
               |> OneshotAI.stream_text(text, model: "echo-slow", client: client)
               |> Enum.join()
    end
  end

  describe "a token of one's own" do
    test "as a text, a function, a function of the claims, module and function" do
      good = token(jwt: [secret: TestServer.secret()])
      owner = self()

      of_claims = fn claims ->
        send(owner, {:claims, claims})
        good
      end

      ask = fn source, claims ->
        OneshotAI.chat("echo", "Hi",
          client: client(server(), jwt: nil, token: source),
          claims: claims
        )
      end

      assert {:ok, _response} = ask.(of_claims, %{sub: "a"})
      assert_received {:claims, %{"sub" => "a"}}
      assert {:ok, _response} = ask.(of_claims, nil)
      assert_received {:claims, none} when none == %{}

      for source <- [good, fn -> good end, fn -> {:ok, good} end, {Function, :identity, [good]}] do
        assert {:ok, _response} = ask.(source, nil)
        # They would not get into the token, and with them what they forbid.
        assert_raise ArgumentError, ~r/claims need jwt:/, fn ->
          ask.(source, %{models: ["echo"]})
        end
      end
    end

    test "that cannot be had" do
      for source <- [fn -> {:error, :vault_sealed} end, fn -> nil end, fn -> "two\r\nlines" end, ""] do
        client = client(server(), jwt: nil, token: source)

        assert {:error, %Error{reason: :token_unavailable} = error} =
                 OneshotAI.chat("echo", "Hi", client: client)

        refute Exception.message(error) =~ "vault"

        assert [{:error, %Error{reason: :token_unavailable}}] =
                 Enum.to_list(OneshotAI.stream("echo", "Hi", client: client))
      end
    end
  end

  describe "mistakes" do
    test "raise when the client is made, without the secret in the message" do
      for {opts, message} <- [
            {[jwt: [secret: "short"]], ~r/at least 32 bytes/},
            {[jwt: []], ~r/needs :secret or :private_key/},
            {[jwt: [secret: String.duplicate("s", 40), private_key: "x"]], ~r/one of them/},
            {[jwt: [secret: String.duplicate("s", 40)], token: "t"], ~r/both :jwt and :token/},
            {[jwt: [secert: "x"]], ~r/did you mean :secret/},
            {[jwt: [secret: String.duplicate("s", 40), lifetime: "600"]],
             ~r/:lifetime of jwt must be an integer above zero/},
            {[jwt: "secret-text"], ~r/:jwt of the client must be a keyword list/}
          ] do
        error = assert_raise ArgumentError, message, fn -> Client.new(opts) end
        refute error.message =~ "secret-text"
      end
    end

    test "a private key that is none raises, and does not show it" do
      {_private, public} = key_pair(:p256)
      rsa = :public_key.generate_key({:rsa, 2048, 65_537})
      rsa = :public_key.pem_encode([:public_key.pem_entry_encode(:RSAPrivateKey, rsa)])

      for pem <- ["nonsense-text", public, rsa] do
        error =
          assert_raise ArgumentError, ~r/Ed25519 or P-256/, fn -> token(jwt: [private_key: pem]) end

        refute error.message =~ "nonsense"
      end
    end

    test "a client that is inspected does not show its secrets" do
      text = inspect(Client.new(jwt: [secret: "do-not-show-me-do-not-show-me-do-not"]))
      refute text =~ "do-not-show"
      assert text =~ "60000"
    end
  end
end
