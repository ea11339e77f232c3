defmodule OneshotAI.ChatOptions do
  @moduledoc false
  # The options of a chat: fields of the request's body, and options of the call itself.

  alias OneshotAI.{Client, JSON, Options, Tool}
  alias OneshotAI.Client.Settings

  @body [
    model:
      {:string_or_atom,
       "a model's name or alias, such as `\"claude-sonnet-5-5\"` or `\"opus\"`. Default: the provider's."},
    temperature: {:any, "from 0 to 2."},
    top_p: {:any, "from 0 to 1."},
    max_tokens: {:any, "the limit of the answer's length."},
    stop: {:any, "a string, or a list of strings, at which the answer ends."},
    seed: {:any, "an integer, for vendors that support repeatable answers."},
    tools:
      {:any,
       "functions that the model may call: `OneshotAI.Tool`s, or maps with `:name`, `:description` and " <>
         "`:parameters` (a JSON Schema)."},
    tool_choice: {:any, "`\"auto\"`, `\"none\"`, `\"required\"`, or `%{name: …}`."},
    parallel_tool_calls: {:boolean, "false for at most one tool call in an answer."},
    reasoning:
      {:any,
       "how much the model may think: `[effort: \"low\"]` (`none minimal low medium high xhigh max`) or " <>
         "`[budget_tokens: 2000]`; `visible: false` leaves the reasoning out of the answer."},
    response_format:
      {:any, "`%{type: \"json\"}`, or `%{type: \"json_schema\", name: …, schema: …}`."},
    cache: {:any, "`%{}` asks the vendor to cache the prompt; `%{ttl: \"1h\"}` sets for how long."},
    metadata: {:any, "short labels for vendors that accept them, `%{\"order\" => \"17\"}`."},
    strict: {:boolean, "true: fail if the model does not support a parameter, instead of warning."},
    extras: {:any, "fields of a vendor's own format, by format: `%{anthropic: %{…}}`."},
    fallbacks:
      {:any,
       "targets to try if the first one fails before its content: `[\"openai/gpt-6.1-terra\", " <>
         "%{provider: \"gemini\"}]`. `response.attempts` says what was tried."},
    deadline_ms:
      {:count,
       "how long the server may take, with all retries and fallbacks (100 to 1,800,000). After that the call " <>
         "ends with `:deadline_exceeded`."},
    on_disconnect:
      {{:in, [:cancel, :continue, "cancel", "continue"]},
       "`:continue`: the answer goes on if its reader ends, to be read with `fetch_answer/2` or `follow/2`."},
    webhook:
      {:any, "the URL to which the server says that the answer has ended, see `OneshotAI.Webhook`."},
    hedge_after_ms:
      {:count,
       "after how many milliseconds without content the next target is tried beside the first. Both may be billed."}
  ]

  @call [
    client: {:any, "a `OneshotAI.Client` instead of the configured one."},
    timeout:
      {:milliseconds,
       "how long the whole call may take. Default: the client's (60,000) for whole answers, none for streams, " <>
         "which are bounded by their silence."},
    silence_timeout:
      {:milliseconds, "how long a stream may be silent. Default: the client's, 30,000."},
    claims: {:map, "claims to add to this call's token, see `OneshotAI.Token`."},
    policy: {:map, "what this call's token allows, see `OneshotAI.Policy`."},
    retry:
      {{:in, [:safe, false]},
       "`:safe` tries again (up to 4 times in about 4 seconds) if the server cannot be reached or is shutting " <>
         "down, as during its deployment: then it has not begun. Default: `false`."},
    idempotency_key:
      {:string,
       "makes the call once, however often it is sent: the same key and request again get the same answer, " <>
         "as after a lost connection or in a job that is tried again. Needs a server with `STORE_ANSWERS=on`."},
    resume:
      {:resume,
       "true: the answer survives a lost connection; a number of milliseconds: how long to try, by default " <>
         "60,000. Needs a server with `STORE_ANSWERS=on`."}
  ]

  @short_call [:client, :timeout, :claims, :policy, :retry]

  @spec body_docs() :: String.t()
  def body_docs, do: Options.docs(@body)

  @spec call_docs() :: String.t()
  def call_docs, do: Options.docs(@call)

  @doc "The options of a call that is not a chat."
  @spec short_call_docs() :: String.t()
  def short_call_docs, do: Options.docs(Keyword.take(@call, @short_call))

  @doc """
  Splits a chat into the client, the request's body and the options of the call. `fields` are added
  to the body.
  """
  @spec split!(OneshotAI.provider(), OneshotAI.messages(), keyword(), keyword()) ::
          {Client.t(), map(), keyword()}
  def split!(provider, messages, opts, fields \\ []) do
    {call, body} =
      opts
      |> Options.validate!(@body ++ @call, "a chat", Settings.of_client())
      |> Keyword.split(Keyword.keys(@call))

    body =
      body
      |> Map.new(fn {name, value} -> {name, encode(name, value)} end)
      |> put_target!(provider && to_string(provider))
      |> Map.put(:messages, messages |> to_list() |> Enum.map(&JSON.normalize/1))
      |> Map.merge(Map.new(fields))

    {client(call), body, Keyword.delete(call, :client)}
  end

  @doc """
  The client and the options of a call that is not a chat. `own` declares the options of the function
  itself, which are among them.
  """
  @spec split_call!(keyword(), String.t(), Options.schema()) :: {Client.t(), keyword()}
  def split_call!(opts, owner, own \\ []) do
    schema = own ++ Keyword.take(@call, @short_call)
    call = Options.validate!(opts, schema, owner, Settings.of_client())
    {client(call), Keyword.delete(call, :client)}
  end

  @doc """
  The options of one round of several. Each has a request of its own, so it must have a key of its
  own; the same one if the same round is sent again.
  """
  @spec for_round(keyword(), [term()]) :: keyword()
  def for_round(opts, messages) do
    case opts[:idempotency_key] do
      nil ->
        opts

      key ->
        round = messages |> Enum.map(&JSON.normalize/1) |> :erlang.term_to_binary([:deterministic])
        hash = :crypto.hash(:sha256, round) |> Base.url_encode64(padding: false)
        Keyword.put(opts, :idempotency_key, key <> "." <> String.slice(hash, 0, 16))
    end
  end

  @doc "Messages as a list; a string is a user's message."
  @spec to_list(OneshotAI.messages()) :: [map() | keyword()]
  def to_list(text) when is_binary(text), do: [%{role: "user", content: text}]
  def to_list(messages) when is_list(messages), do: messages

  def to_list(_other),
    do: raise(ArgumentError, "the messages of a chat must be a list of messages, or one string")

  defp client(call) do
    case call[:client] do
      nil -> Client.new()
      %Client{} = client -> client
      _other -> raise ArgumentError, "the option :client must be a OneshotAI.Client"
    end
  end

  defp encode(:tools, tools) when is_list(tools), do: Enum.map(tools, &Tool.encode/1)
  defp encode(:webhook, url) when is_binary(url), do: %{url: url}
  defp encode(_name, value), do: JSON.normalize(value)

  defp put_target!(body, nil), do: body

  # `provider/model` is a model's full name.
  defp put_target!(body, target) do
    case {String.contains?(target, "/"), body} do
      {false, _body} ->
        Map.put(body, :provider, target)

      {true, %{model: _second}} ->
        raise ArgumentError, "the model is named twice: #{inspect(target)} and the option :model"

      {true, _body} ->
        Map.put(body, :model, target)
    end
  end
end
