defmodule OneshotAI.Token do
  alias OneshotAI.{Error, Options}
  alias OneshotAI.Token.{Cache, Signer}

  @options [
    secret: {:string, "the server's `JWT_SECRET`, at least 32 bytes. Signs with HS256."},
    private_key:
      {:string,
       "instead of `:secret`, a private key as PEM: Ed25519 (signs with EdDSA) or P-256 (ES256). The " <>
         "server needs its public half as `JWT_PUBLIC_KEY`."},
    issuer: {:string, "the server's `JWT_ISSUER`. Default: `\"oneshot\"`."},
    audience: {:string, "the server's `JWT_AUDIENCE`. Default: `\"ai-server\"`."},
    subject:
      {:string, "who calls, for the server's log. Default: none; the server then logs the issuer."},
    lifetime: {:count, "a token's lifetime in seconds. Default: 600."},
    key_id: {:string, "the key's name (`kid`), if the server has several keys."},
    claims: {:map, "more claims for every token. A call's `:claims` are added to these."}
  ]

  @defaults [issuer: "oneshot", audience: "ai-server", lifetime: 600]

  @moduledoc """
  The token that authenticates a call.

  By default the client signs its own (`jwt:`). It reuses each token until shortly before it
  expires, one for each set of claims.

      # config/runtime.exs
      if config_env() == :prod do
        config :oneshot_ai, jwt: [secret: System.fetch_env!("JWT_SECRET"), subject: "shop"]
      end

  A call may add claims of its own. With `sub` the server's log shows which user a call was made
  for:

      OneshotAI.chat("claude", messages, claims: %{"sub" => user.id})

  The server logs `sub` and checks `iss`, `aud` and `exp`. It does not evaluate other claims.

  ## Options of `:jwt`

  #{Options.docs(@options)}

  The client itself sets the claims `iss`, `aud`, `iat`, `exp` and `jti`.

  ## Tokens of your own

  `token:` takes a string, a function, or `{module, function, arguments}`. The function runs for
  every call and returns `{:ok, token}`, a token, or `{:error, reason}`. A function of one argument
  receives the call's `:claims`; with any other source, a call with claims raises. With Joken:

      config :oneshot_ai, token: {MyApp.Token, :for_ai_server, []}

      def for_ai_server do
        claims = %{"iss" => "oneshot", "aud" => "ai-server"}
        with {:ok, token, _claims} <- MyApp.Token.generate_and_sign(claims), do: {:ok, token}
      end
  """

  @type jwt :: keyword()
  @type source ::
          String.t() | (... -> result()) | (map() -> result()) | {module(), atom(), [term()]}
  @type result :: String.t() | {:ok, String.t()} | {:error, term()}

  @doc false
  @spec validate!(keyword()) :: jwt()
  def validate!(opts) do
    opts = Keyword.merge(@defaults, Options.validate!(opts, @options, "jwt"))

    case {opts[:secret], opts[:private_key]} do
      {nil, nil} ->
        raise ArgumentError, "jwt needs :secret or :private_key"

      {nil, _pem} ->
        opts

      {secret, nil} ->
        if byte_size(secret) < 32,
          do: raise(ArgumentError, "the secret of jwt must be at least 32 bytes long"),
          else: opts

      _both ->
        raise ArgumentError, "jwt has both :secret and :private_key; it needs one of them"
    end
  end

  @doc false
  # The token for a call that adds these claims.
  @spec fetch(OneshotAI.Client.t(), map()) :: {:ok, String.t()} | {:error, Error.t()}
  def fetch(%{jwt: nil, token: nil, transport: OneshotAI.Test}, _claims), do: {:ok, "test"}

  def fetch(%{jwt: nil, token: nil}, _claims) do
    raise ArgumentError, """
    there is no key to sign tokens with. Set the environment variable JWT_SECRET to the server's
    JWT_SECRET, or configure it in config/runtime.exs:

        config :oneshot_ai, jwt: [secret: System.fetch_env!("JWT_SECRET")]
    """
  end

  def fetch(%{jwt: nil, token: source}, claims), do: source |> resolve(claims) |> check()
  def fetch(%{jwt: jwt}, claims) when claims == %{}, do: {:ok, Cache.fetch(jwt, &Signer.sign/1)}

  def fetch(%{jwt: jwt}, claims) do
    # With string names, so that a call's claim overrides the client's.
    own = Map.new(jwt[:claims] || %{}, fn {name, value} -> {to_string(name), value} end)
    {:ok, Cache.fetch(Keyword.put(jwt, :claims, Map.merge(own, claims)), &Signer.sign/1)}
  end

  defp resolve(fun, claims) when is_function(fun, 1), do: fun.(claims)

  # Dropping a claim could allow what it forbids.
  defp resolve(_source, claims) when claims != %{},
    do: raise(ArgumentError, "a call's :claims need jwt:, or as token: a function of one argument")

  defp resolve(token, _none) when is_binary(token), do: token
  defp resolve(fun, _none) when is_function(fun, 0), do: fun.()
  defp resolve({module, function, arguments}, _none), do: apply(module, function, arguments)

  defp resolve(_other, _claims),
    do: raise(ArgumentError, "token must be a string, a function or {module, function, arguments}")

  defp check({:ok, token}) when is_binary(token), do: check(token)

  # It goes into a header, where a line break would start another one.
  defp check(token) when is_binary(token) do
    if token =~ ~r/\A[A-Za-z0-9._~+\/=-]+\z/,
      do: {:ok, token},
      else: {:error, Error.new(:token_unavailable)}
  end

  defp check(_other), do: {:error, Error.new(:token_unavailable)}
end
