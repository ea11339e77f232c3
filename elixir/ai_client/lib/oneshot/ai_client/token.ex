defmodule Oneshot.AIClient.Token do
  alias Oneshot.AIClient.{Error, Options}
  alias Oneshot.AIClient.Token.{Cache, Signer}

  @options [
    secret: {:text, "the text that the server has as `JWT_SECRET`; at least 32 bytes. Signs with HS256."},
    private_key:
      {:text,
       "in place of `:secret`: a private key as PEM, Ed25519 (signs with EdDSA) or P-256 (ES256). The " <>
         "server has its public half as `JWT_PUBLIC_KEY`."},
    issuer: {:text, "the server's `JWT_ISSUER`. Default: `\"oneshot\"`."},
    audience: {:text, "the server's `JWT_AUDIENCE`. Default: `\"ai-server\"`."},
    subject: {:text, "who calls, for the server's log and limits. Default: none, then the issuer stands for it."},
    lifetime: {:count, "seconds that a token lives. Default: 600."},
    key_id: {:text, "the name of the key (`kid`), where the server has several."},
    claims: {:map, "further claims, such as what the token allows. `:claims` of a call are added to these."}
  ]

  @defaults [issuer: "oneshot", audience: "ai-server", lifetime: 600]

  @moduledoc """
  The token with which the server is called.

  By default the client signs its own (`jwt:`). Tokens are kept until shortly before they expire, one for each set of claims.

      config :oneshot, :ai_client, jwt: [secret: System.fetch_env!("JWT_SECRET"), subject: "shop"]

  A call may carry claims of its own, which is how one app gives each of its users a share:

      Oneshot.AIClient.chat("claude", messages, claims: %{"sub" => user.id})

  ## Options of `:jwt`

  #{Options.docs(@options)}

  The claims `iss`, `aud`, `iat`, `exp` and `jti` are the client's to set.

  ## Tokens of your own

  `token:` takes a text, a function, or `{module, function, arguments}`. The function is called for every call, and gives
  `{:ok, token}`, a token, or `{:error, reason}`. A function of one argument gets the call's `:claims` (`%{}` where it has
  none); with the others a call cannot have any, and raises. With Joken:

      config :oneshot, :ai_client, token: {MyApp.Token, :for_ai_server, []}

      def for_ai_server do
        with {:ok, token, _claims} <- MyApp.Token.generate_and_sign(%{"iss" => "oneshot", "aud" => "ai-server"}), do: {:ok, token}
      end
  """

  @type jwt :: keyword()
  @type source :: String.t() | (... -> result()) | (map() -> result()) | {module(), atom(), [term()]}
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
  # The token for a call with these claims of its own.
  @spec fetch(Oneshot.AIClient.Client.t(), map()) :: {:ok, String.t()} | {:error, Error.t()}
  def fetch(%{jwt: nil, token: nil, transport: Oneshot.AIClient.Test}, _claims), do: {:ok, "test"}

  def fetch(%{jwt: nil, token: nil}, _claims) do
    raise ArgumentError, """
    there is no key to sign tokens with. Set it in config/runtime.exs:

        config :oneshot, :ai_client, jwt: [secret: System.fetch_env!("JWT_SECRET")]

    or set the environment variable JWT_SECRET to the text that the server has there.
    """
  end

  def fetch(%{jwt: nil, token: source}, claims), do: source |> ask(claims) |> check()
  def fetch(%{jwt: jwt}, claims) when claims == %{}, do: {:ok, Cache.fetch(jwt, &Signer.sign/1)}

  def fetch(%{jwt: jwt}, claims) do
    # Under one kind of name, so that a call's claim is put over the client's.
    own = Map.new(jwt[:claims] || %{}, fn {name, value} -> {to_string(name), value} end)
    {:ok, Cache.fetch(Keyword.put(jwt, :claims, Map.merge(own, claims)), &Signer.sign/1)}
  end

  defp ask(fun, claims) when is_function(fun, 1), do: fun.(claims)

  # What a claim forbids would be allowed without it.
  defp ask(_source, claims) when claims != %{},
    do: raise(ArgumentError, "a call's :claims need jwt:, or as token: a function of one argument")

  defp ask(token, _none) when is_binary(token), do: token
  defp ask(fun, _none) when is_function(fun, 0), do: fun.()
  defp ask({module, function, arguments}, _none), do: apply(module, function, arguments)

  defp ask(_other, _claims),
    do: raise(ArgumentError, "token must be a text, a function or {module, function, arguments}")

  defp check({:ok, token}) when is_binary(token), do: check(token)

  # It goes into a header, where a line break would begin another one.
  defp check(token) when is_binary(token) do
    if token =~ ~r/\A[A-Za-z0-9._~+\/=-]+\z/, do: {:ok, token}, else: {:error, Error.new(:token_unavailable)}
  end

  defp check(_other), do: {:error, Error.new(:token_unavailable)}
end
