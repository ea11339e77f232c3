defmodule OneshotAI.Webhook.Plug do
  @moduledoc """
  A plug that receives the server's webhooks.

      # lib/my_app_web/endpoint.ex, before Plug.Parsers, which would consume the body
      plug OneshotAI.Webhook.Plug,
        at: "/hooks/ai",
        secret: {System, :fetch_env!, ["WEBHOOK_SECRET"]},
        handler: {MyApp.Answers, :ended, []}

  Options:

    * `:at` - the path.
    * `:secret` - the server's `WEBHOOK_SECRET`, or `{module, function, arguments}`, which is asked for
      it with each message.
    * `:handler` - gets the `OneshotAI.Webhook`: a function of one argument, or `{module, function,
      arguments}`, to which it is prepended. If it raises, the server sends the message again (after
      1, 5 and 25 s), as it does unless it is answered within five seconds: enqueue longer work.

  A verified message is answered with 204, any other with 400, another method with 405.
  """

  # Only called by name: this library does not depend on Plug.
  @conn Plug.Conn
  @max_bytes 1_000_000

  @doc false
  @spec init(keyword()) :: map()
  def init(opts) do
    schema = [
      at: {:string, "the path."},
      secret: {:any, "the secret."},
      handler: {:any, "what gets the message."}
    ]

    opts = OneshotAI.Options.validate!(opts, schema, "the webhook plug")

    for {name, _type} <- schema,
        opts[name] == nil,
        do: raise(ArgumentError, "the webhook plug needs #{inspect(name)}")

    %{
      path: String.split(opts[:at], "/", trim: true),
      secret: opts[:secret],
      handler: opts[:handler]
    }
  end

  @doc false
  @spec call(map(), map()) :: map()
  def call(%{path_info: path, method: "POST"} = conn, %{path: path} = opts) do
    {result, conn} =
      case apply(@conn, :read_body, [conn, [length: @max_bytes]]) do
        {:ok, body, conn} -> {OneshotAI.Webhook.verify(body, conn.req_headers, secret(opts)), conn}
        {:more, _part, conn} -> {{:error, :not_a_message}, conn}
        {:error, _reason} -> {{:error, :not_a_message}, conn}
      end

    case result do
      {:ok, webhook} ->
        handle(opts.handler, webhook)
        respond(conn, 204, "")

      {:error, reason} ->
        respond(conn, 400, Atom.to_string(reason))
    end
  end

  def call(%{path_info: path} = conn, %{path: path}), do: respond(conn, 405, "")
  def call(conn, _opts), do: conn

  defp secret(%{secret: {module, function, arguments}}), do: apply(module, function, arguments)
  defp secret(%{secret: secret}), do: secret

  defp handle({module, function, arguments}, webhook),
    do: apply(module, function, [webhook | arguments])

  defp handle(fun, webhook), do: fun.(webhook)

  defp respond(conn, status, text) do
    conn = apply(@conn, :send_resp, [conn, status, text])
    apply(@conn, :halt, [conn])
  end
end
