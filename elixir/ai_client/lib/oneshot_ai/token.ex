defmodule OneshotAI.Token do
  alias OneshotAI.{Client, Error, Options, Policy}
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

  The server checks `iss`, `aud` and `exp`, logs `sub`, and counts by it. `scope` says which of its
  functions the token is for, and `ai` which models, and how much of them: see `OneshotAI.Policy`.

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

  @doc """
  A new token to hand out, for instance to a browser that calls the server itself.

      policy = OneshotAI.Policy.new!(models: ["claude/*"], limits: [[per: :token, usd: 0.25]])
      token = OneshotAI.Token.mint!(%{sub: user.id, scope: "chat", ai: policy}, lifetime: 300)

  Options: `:client`, and `:lifetime` in seconds. The claim `ai` is checked as by `OneshotAI.Policy`.
  The client must sign its tokens itself (`:jwt`).
  """
  @spec mint!(map() | keyword(), keyword()) :: String.t()
  def mint!(claims, opts \\ []) do
    schema = [client: {:any, "the client."}, lifetime: {:count, "seconds."}]
    opts = Options.validate!(opts, schema, "mint!")

    case opts[:client] || Client.new() do
      %Client{jwt: nil} ->
        raise ArgumentError, "the client has no key to sign tokens with: set :jwt"

      %Client{jwt: jwt} ->
        claims = Map.new(claims, fn {name, value} -> {to_string(name), value} end)

        jwt =
          jwt |> add_claims(check_policy!(claims)) |> Keyword.merge(Keyword.take(opts, [:lifetime]))

        {token, _expires_at} = Signer.sign(jwt)
        token
    end
  end

  @doc false
  # The claims, in which `ai` is a valid policy if there is one.
  @spec check_policy!(map()) :: map()
  def check_policy!(%{"ai" => policy} = claims), do: %{claims | "ai" => Policy.new!(policy)}
  def check_policy!(claims), do: claims

  @doc false
  @spec validate!(keyword()) :: jwt()
  def validate!(opts) do
    opts = Keyword.merge(@defaults, Options.validate!(opts, @options, "jwt")) |> add_claims(%{})

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

  def fetch(%{jwt: jwt}, claims), do: {:ok, Cache.fetch(add_claims(jwt, claims), &Signer.sign/1)}

  # With string names, so that a call's claim overrides the client's.
  defp add_claims(jwt, claims) do
    own = Map.new(jwt[:claims] || %{}, fn {name, value} -> {to_string(name), value} end)

    case own |> check_policy!() |> Map.merge(claims) do
      none when none == %{} -> jwt
      claims -> Keyword.put(jwt, :claims, claims)
    end
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
