defmodule Oneshot.AIClient.Client do
  alias Oneshot.AIClient.{Options, Token}

  @options [
    url:
      {:text,
       "the server's address. Default: `config :oneshot, :ai_server_url`, then the environment variable " <>
         "`AI_SERVER_URL`, then `http://localhost:3000`."},
    jwt:
      {:keyword,
       "how this client signs its tokens, see `Oneshot.AIClient.Token`. Default: the secret in the environment " <>
         "variable `JWT_SECRET`."},
    token:
      {:any,
       "in place of `:jwt`: a token, or a function that gives one (for Joken, Guardian), see `Oneshot.AIClient.Token`."},
    timeout: {:milliseconds, "how long a whole answer may take in all. Default: 60,000."},
    silence_timeout:
      {:milliseconds,
       "how long a stream may be silent; it may last as long as it likes. The server says " <>
         "something every 5 seconds. Default: 30,000."},
    connect_timeout: {:milliseconds, "how long connecting may take, TLS included. Default: 10,000."},
    inet6: {:boolean, "whether IPv6 is tried first. Default: for names that end in `.internal` or `.flycast`."},
    cacertfile: {:text, "the certificates to trust for https, as a PEM file. Default: those of the operating system."},
    transport: {:module, "how requests are sent, see `Oneshot.AIClient.Transport`. Default: `Oneshot.AIClient.HTTP1`."},
    transport_options:
      {:keyword, "passed on to the transport; for `Oneshot.AIClient.Transport.Req` these are options of Req."},
    json: {:module, "the JSON library, in the configuration only, see `Oneshot.AIClient.JSON`."}
  ]

  @defaults [timeout: 60_000, silence_timeout: 30_000, connect_timeout: 10_000, transport: Oneshot.AIClient.HTTP1]

  @moduledoc """
  Which server is called, and how.

  Most apps need none: they configure the one server in `config/runtime.exs`, and every function finds it there.

      config :oneshot, :ai_server_url, System.get_env("AI_SERVER_URL", "http://localhost:3000")

      config :oneshot, :ai_client,
        jwt: [secret: System.fetch_env!("JWT_SECRET"), subject: "shop"],
        timeout: 60_000

  Those are the names of the deployment, whose app is `:oneshot`. In an app of another name, for which Mix would warn that there
  is no `:oneshot`, the same options stand under the library's own:

      config :oneshot_ai_client,
        url: System.get_env("AI_SERVER_URL", "http://localhost:3000"),
        jwt: [secret: System.fetch_env!("JWT_SECRET")]

  An app with several servers or several identities makes clients and passes them as an option. They are plain data: keep
  them in a module attribute, a supervisor's child or an assign.

      eu = Oneshot.AIClient.Client.new(url: "https://ai-eu.example.com", jwt: [secret: secret])
      Oneshot.AIClient.chat("claude", messages, client: eu)

  ## Options

  They stand in `config :oneshot, :ai_client` (`:url` has a key of its own there), or in `config :oneshot_ai_client`, and in
  `new/1`, which wins.

  #{Options.docs(@options)}

  ## Connections

  Every call has a connection of its own, owned by the process that makes the call. So there is no pool that could be used
  up by long streams, and a process that dies takes its call with it: the server notices, and the vendor is told to stop.
  """

  # A client in a log or in an error's report must not show its secrets.
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
  A client; what is not said is taken from the configuration.

      iex> client = Oneshot.AIClient.Client.new(url: "https://ai.example.com", token: "secret")
      iex> {client.url.host, client.timeout}
      {"ai.example.com", 60_000}

      iex> Oneshot.AIClient.Client.new(url: "ai.example.com")
      ** (ArgumentError) the url must be like "https://ai.example.com" or "http://localhost:3000"

      iex> Oneshot.AIClient.Client.new(timeuot: 5)
      ** (ArgumentError) the client has no option :timeuot; did you mean :timeout?
  """
  @spec new(keyword()) :: t()
  def new(opts \\ []) do
    given = Options.validate!(opts, Keyword.delete(@options, :json), "the client")
    opts = configured() |> override(given)

    @defaults
    |> Keyword.merge(Keyword.drop(opts, [:url, :json]))
    |> Keyword.put(:url, parse_url!(opts[:url] || variable("AI_SERVER_URL") || "http://localhost:3000"))
    |> put_identity()
    |> then(&struct!(__MODULE__, &1))
  end

  # Under the library's own name, and under the deployment's, which wins.
  defp configured do
    url = for url <- List.wrap(Application.get_env(:oneshot, :ai_server_url)), do: {:url, url}

    Application.get_all_env(:oneshot_ai_client)
    |> Options.validate!(@options, "config :oneshot_ai_client")
    |> override(url)
    |> override(
      Application.get_env(:oneshot, :ai_client, [])
      |> Options.validate!(@options, "config :oneshot, :ai_client")
    )
  end

  # A token that is given here is not to compete with a key that is configured there.
  defp override(configured, given) do
    configured = if given[:jwt] || given[:token], do: Keyword.drop(configured, [:jwt, :token]), else: configured
    Keyword.merge(configured, given)
  end

  defp put_identity(opts) do
    cond do
      opts[:jwt] && opts[:token] -> raise ArgumentError, "the client has both :jwt and :token; it needs one of them"
      opts[:jwt] -> Keyword.update!(opts, :jwt, &Token.validate!/1)
      opts[:token] -> opts
      secret = variable("JWT_SECRET") -> Keyword.put(opts, :jwt, Token.validate!(secret: secret))
      true -> opts
    end
  end

  # One that is set to nothing counts as absent.
  defp variable(name) do
    with "" <- System.get_env(name), do: nil
  end

  defp parse_url!(url) when is_binary(url) do
    case URI.new(url) do
      {:ok, %URI{scheme: scheme, host: host, userinfo: nil, query: nil, fragment: nil} = uri}
      when scheme in ["http", "https"] and is_binary(host) and host != "" ->
        %{uri | path: String.trim_trailing(uri.path || "", "/")}

      _other ->
        raise ArgumentError, ~s(the url must be like "https://ai.example.com" or "http://localhost:3000")
    end
  end

  defp parse_url!(_url), do: raise(ArgumentError, "the url must be a text")
end
