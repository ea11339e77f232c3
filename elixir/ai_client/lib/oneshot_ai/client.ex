defmodule OneshotAI.Client do
  @moduledoc """
  Which server is called, and how.

  Most apps need no client: they set the environment variables `AI_SERVER_URL` and `JWT_SECRET`, or
  configure the one server, and every function finds it there.

      # config/runtime.exs
      if config_env() == :prod do
        config :oneshot_ai,
          url: System.get_env("AI_SERVER_URL", "http://localhost:3000"),
          jwt: [secret: System.fetch_env!("JWT_SECRET"), subject: "shop"]
      end

  An app with several servers or several identities makes clients and passes them as an option:

      eu = OneshotAI.Client.new(url: "https://ai-eu.example.com", jwt: [secret: secret])
      OneshotAI.chat("claude", messages, client: eu)

  Make clients at run time, in a function or when a process starts. A client in a module attribute
  would write its secret into the compiled module.

  ## Options

  For `config :oneshot_ai` and for `new/1`, which overrides the configuration:

  #{OneshotAI.Client.Settings.docs()}

  The configuration is checked when the app starts: a misspelt option stops it with a message that
  says what was meant.

  ## Connections

  By default each call has a connection of its own, owned by the calling process. There is no pool
  that long streams could use up, and a process that dies takes its call with it: the server
  notices, and the vendor stops. If your app has Req, prefer `OneshotAI.Transport.Req`, which keeps
  connections alive.
  """

  alias OneshotAI.{Options, Token}
  alias OneshotAI.Client.Settings

  # A client in a log or an error report must not show its secrets.
  @derive {Inspect, only: [:url, :timeout, :silence_timeout, :connect_timeout, :transport]}
  @enforce_keys [:url]
  defstruct [
    :url,
    :jwt,
    :token,
    :timeout,
    :silence_timeout,
    :connect_timeout,
    :inet6,
    :cacertfile,
    :transport,
    transport_options: []
  ]

  @type t :: %__MODULE__{
          url: URI.t(),
          jwt: Token.jwt() | nil,
          token: Token.source() | nil,
          timeout: timeout(),
          silence_timeout: timeout(),
          connect_timeout: timeout(),
          inet6: boolean() | nil,
          cacertfile: String.t() | nil,
          transport: module(),
          transport_options: keyword()
        }

  @doc """
  A client. Options that are not given come from the configuration.

      iex> client = OneshotAI.Client.new(url: "https://ai.example.com", token: "secret")
      iex> {client.url.host, client.timeout}
      {"ai.example.com", 60_000}

      iex> OneshotAI.Client.new(url: "ai.example.com")
      ** (ArgumentError) the url must be like "https://ai.example.com" or "http://localhost:3000"

      iex> OneshotAI.Client.new(timeuot: 5)
      ** (ArgumentError) the client has no option :timeuot; did you mean :timeout?
  """
  @spec new(keyword()) :: t()
  def new(opts \\ []) do
    given =
      Options.validate!(opts, Keyword.drop(Settings.schema(), Settings.global()), "the client")

    opts = configured() |> override(given) |> Keyword.drop(Settings.global())

    Settings.defaults()
    |> Keyword.merge(opts)
    |> Keyword.put(:url, parse_url!(opts[:url] || env("AI_SERVER_URL") || "http://localhost:3000"))
    |> put_identity()
    |> then(&struct!(__MODULE__, &1))
  end

  defp configured do
    Application.get_all_env(:oneshot_ai)
    |> Options.validate!(Settings.schema(), "config :oneshot_ai")
  end

  # A given token replaces a configured key, and the other way round.
  defp override(configured, given) do
    configured =
      if given[:jwt] || given[:token],
        do: Keyword.drop(configured, [:jwt, :token]),
        else: configured

    Keyword.merge(configured, given)
  end

  defp put_identity(opts) do
    cond do
      opts[:jwt] && opts[:token] ->
        raise ArgumentError, "the client has both :jwt and :token; remove one"

      opts[:jwt] ->
        Keyword.update!(opts, :jwt, &Token.validate!/1)

      opts[:token] ->
        opts

      secret = env("JWT_SECRET") ->
        Keyword.put(opts, :jwt, Token.validate!(secret: secret))

      true ->
        opts
    end
  end

  # An empty variable counts as unset.
  defp env(name) do
    with "" <- System.get_env(name), do: nil
  end

  defp parse_url!(url) when is_binary(url) do
    case URI.new(url) do
      {:ok, %URI{scheme: scheme, host: host, userinfo: nil, query: nil, fragment: nil} = uri}
      when scheme in ["http", "https"] and is_binary(host) and host != "" ->
        %{uri | path: String.trim_trailing(uri.path || "", "/")}

      _other ->
        raise ArgumentError,
              ~s(the url must be like "https://ai.example.com" or "http://localhost:3000")
    end
  end

  defp parse_url!(_url), do: raise(ArgumentError, "the url must be a string")
end
