defmodule OneshotAI.Client.Settings do
  @moduledoc false
  # The settings of a client, declared once: `OneshotAI.Client` checks them and documents them.

  alias OneshotAI.Options

  @schema [
    url:
      {:string,
       "the server's address. Default: the environment variable `AI_SERVER_URL`, or `http://localhost:3000`."},
    jwt:
      {:keyword,
       "how the client signs its tokens, see `OneshotAI.Token`. Default: with the environment variable " <>
         "`JWT_SECRET`."},
    token:
      {:any,
       "instead of `:jwt`, a token or a function that returns one (Joken, Guardian), see `OneshotAI.Token`."},
    timeout: {:milliseconds, "how long a whole answer may take in all. Default: 60,000."},
    silence_timeout:
      {:milliseconds,
       "how long a stream may be silent. The server sends something every 5 seconds. Default: 30,000."},
    connect_timeout:
      {:milliseconds, "how long connecting may take, TLS included. Default: 10,000."},
    inet6:
      {:boolean,
       "whether IPv6 is tried first. Default: only for names in `.internal` or `.flycast`."},
    cacertfile:
      {:string,
       "a PEM file with the certificates to trust for https. Default: the operating system's."},
    transport:
      {:module, "how requests are sent, see `OneshotAI.Transport`. Default: `OneshotAI.HTTP1`."},
    transport_options:
      {:keyword, "options of the transport, such as Req's for `OneshotAI.Transport.Req`."},
    json: {:module, "the JSON library, see `OneshotAI.JSON`. In the configuration only."},
    req_llm_telemetry:
      {:boolean,
       "whether chats also emit telemetry in the shape of ReqLLM's, see `OneshotAI.Telemetry`. In the " <>
         "configuration only."}
  ]

  @defaults [
    timeout: 60_000,
    silence_timeout: 30_000,
    connect_timeout: 10_000,
    transport: OneshotAI.HTTP1
  ]

  # Not of one client, but of the app.
  @global [:json, :req_llm_telemetry]

  @spec global() :: [atom()]
  def global, do: @global

  @doc "The names that `OneshotAI.Client.new/1` takes."
  @spec of_client() :: [atom()]
  def of_client, do: Keyword.keys(@schema) -- @global

  @spec schema() :: Options.schema()
  def schema, do: @schema

  @spec defaults() :: keyword()
  def defaults, do: @defaults

  @spec docs() :: String.t()
  def docs, do: Options.docs(@schema)
end
