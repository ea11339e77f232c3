defmodule Oneshot.AIClient.ChatOptions do
  @moduledoc false
  # The options of a chat: fields of the request's body, and how this one call is made.

  alias Oneshot.AIClient.{Client, JSON, Options, Tool}

  @body [
    model:
      {:text_or_atom,
       "a model's name or alias, such as `\"claude-sonnet-5-5\"` or `\"opus\"`. Default: the provider's."},
    temperature: {:any, "from 0 to 2."},
    top_p: {:any, "from 0 to 1."},
    max_tokens: {:any, "how long the answer may become."},
    stop: {:any, "a text, or a list of texts, at which the answer ends."},
    seed: {:any, "a whole number, for vendors that can repeat themselves."},
    tools:
      {:any,
       "functions that the model may ask for: `Oneshot.AIClient.Tool`s, or maps with `:name`, `:description` and " <>
         "`:parameters` (a JSON Schema)."},
    tool_choice: {:any, "`\"auto\"`, `\"none\"`, `\"required\"`, or `%{name: …}`."},
    parallel_tool_calls: {:boolean, "false for at most one tool call in an answer."},
    reasoning:
      {:any,
       "how much the model may think: `[effort: \"low\"]` (`none minimal low medium high xhigh max`) or " <>
         "`[budget_tokens: 2000]`, and `visible: false` to leave the thoughts out of the answer."},
    response_format: {:any, "`%{type: \"json\"}`, or `%{type: \"json_schema\", name: …, schema: …}`."},
    cache: {:any, "`%{}` asks the vendor to cache the prompt; `%{ttl: \"1h\"}` for how long."},
    metadata: {:any, "short labels for vendors that take them, `%{\"order\" => \"17\"}`."},
    strict: {:boolean, "true: what the model cannot take is an error before any call, not a warning in the answer."},
    extras: {:any, "fields of a vendor's own format, by format: `%{anthropic: %{…}}`."},
    only_format: {:any, "which format's vendors alone may answer, `%{format: \"anthropic\", param: …}`."}
  ]

  @call [
    client: {:any, "a `Oneshot.AIClient.Client`, in place of the configured one."},
    timeout:
      {:milliseconds,
       "how long a whole answer may take; a stream only its silence bounds. Default: the client's, 60,000."},
    silence_timeout: {:milliseconds, "how long a stream may be silent. Default: the client's, 30,000."},
    claims: {:map, "claims for this call's token, see `Oneshot.AIClient.Token`."},
    idempotency_key: {:text, "sent as the header `Idempotency-Key`."}
  ]

  @doc "Both lists in Markdown."
  @spec docs() :: {String.t(), String.t()}
  def docs, do: {Options.docs(@body), Options.docs(@call)}

  @spec call_docs() :: String.t()
  def call_docs, do: Options.docs(Keyword.take(@call, [:client, :timeout, :claims]))

  @type messages :: String.t() | [map() | keyword() | struct()]

  @doc "What a chat asks for → the client, the request's body, and the options of the call."
  @spec split!(String.t() | atom(), messages(), keyword(), keyword()) :: {Client.t(), map(), keyword()}
  def split!(provider, messages, opts, further \\ []) do
    {call, body} = opts |> Options.validate!(@body ++ @call, "a chat") |> Keyword.split(Keyword.keys(@call))

    body =
      body
      |> Map.new(fn {name, value} -> {name, encode(name, value)} end)
      |> put_present(:provider, provider && to_string(provider))
      |> Map.put(:messages, to_messages(messages))
      |> Map.merge(Map.new(further))

    {client(call), body, Keyword.delete(call, :client)}
  end

  @doc "The client and the options of a call that has no body."
  @spec split_call!(keyword(), String.t()) :: {Client.t(), keyword()}
  def split_call!(opts, where) do
    call = Options.validate!(opts, Keyword.take(@call, [:client, :timeout, :claims]), where)
    {client(call), Keyword.delete(call, :client)}
  end

  defp client(call) do
    case call[:client] do
      nil -> Client.new()
      %Client{} = client -> client
      _other -> raise ArgumentError, "the option :client must be a Oneshot.AIClient.Client"
    end
  end

  defp to_messages(text) when is_binary(text), do: [%{role: "user", content: text}]
  defp to_messages(messages) when is_list(messages), do: Enum.map(messages, &JSON.normalize/1)
  defp to_messages(_other), do: raise(ArgumentError, "the messages of a chat must be a list of messages, or one text")

  defp encode(:tools, tools) when is_list(tools), do: Enum.map(tools, &Tool.encode/1)
  defp encode(_name, value), do: JSON.normalize(value)

  defp put_present(map, _name, nil), do: map
  defp put_present(map, name, value), do: Map.put(map, name, value)
end
