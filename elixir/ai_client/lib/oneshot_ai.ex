defmodule OneshotAI do
  @moduledoc """
  A client of the AI server: one function for Claude, Gemini, OpenAI and the others behind it.

      {:ok, response} = OneshotAI.chat("claude", [%{role: "user", content: "Hello"}])
      response.text

  It has no dependencies. A call belongs to the process that makes it and ends with it.

  ## Configuration

  Set the environment variables `AI_SERVER_URL` and `JWT_SECRET`, or configure the library; see
  `OneshotAI.Client`.

  ## A conversation

  Messages are maps with `:role` and `:content`. To continue a conversation, append the answer's
  message, which includes what the vendor needs back:

      messages = [%{role: "user", content: "A word for “rain”?"}]
      {:ok, response} = OneshotAI.chat("claude", messages)
      messages = messages ++ [response.message, %{role: "user", content: "A rarer one."}]
      {:ok, response} = OneshotAI.chat("claude", messages)

  `OneshotAI.Message` builds pictures, documents and tool results, and reads answers.

  ## Streams

  `stream/3` is an enumerable of events, `stream_text/3` of strings; `stream_to/4` sends the events
  to a process, such as a LiveView. A stream ends with `OneshotAI.Event.Done` or `{:error, error}`,
  never silently: an answer that was cut off cannot be mistaken for a short one.

  ## Options of a chat

  #{OneshotAI.ChatOptions.body_docs()}

  An option that is nil counts as absent. A name that is not in these lists raises an
  `ArgumentError`.

  ## Options of the call

  #{OneshotAI.ChatOptions.call_docs()}

  ## Errors

  `{:error, error}` has a `OneshotAI.Error`, whose `:reason` comes from a closed list. Functions
  with `!`, and `stream_text/3`, raise it. Without `retry: :safe` the client sends every request
  once: the server itself tries again if that is safe, and `error.retryable?` and
  `error.retry_after` say what you may do.
  """

  alias OneshotAI.{
    Answer,
    ChatOptions,
    DryRun,
    Embeddings,
    Error,
    Event,
    EventStream,
    HTTP,
    Limit,
    Message,
    Model,
    Object,
    ObjectLoop,
    Provider,
    Reader,
    Resumption,
    Response,
    Schema,
    Telemetry,
    Tool,
    ToolLoop,
    ToolRun,
    UsageReport
  }

  @typedoc """
  Who is asked: a provider's name or alias (`"claude"`, `:claude`), or a provider and its model
  (`"claude/opus"`), or a route of the server (`"fast"`). May be nil if the option `:model` names the
  target.
  """
  @type provider :: String.t() | atom()

  @typedoc "A list of messages, or a string, which is one message of the user."
  @type messages :: String.t() | [Message.t() | map() | keyword()]

  @typedoc """
  Identifies a stream of `stream_to/4`, in its messages and for `cancel/1`. Match it as a whole.
  """
  @type ref :: {pid(), reference()}

  @doc """
  Asks, and waits for the whole answer.

      {:ok, response} = OneshotAI.chat("claude", messages, model: "opus", max_tokens: 500)
      {:error, %OneshotAI.Error{reason: :timeout}} = OneshotAI.chat("claude", messages, timeout: 10)

  It takes at most `:timeout`, by default 60 seconds. For longer answers use a stream.
  """
  @doc group: "Answers"
  @spec chat(provider(), messages(), keyword()) :: {:ok, Response.t()} | {:error, Error.t()}
  def chat(provider, messages, opts \\ []) do
    {client, body, call} = ChatOptions.split!(provider, messages, opts)
    span = Telemetry.start_chat(body, false)
    result = Telemetry.report_exceptions(span, fn -> fetch_response(client, body, call) end)
    Telemetry.stop_chat(span, result)
    result
  end

  defp fetch_response(client, body, call) do
    with {:ok, answer} <- fetch_resumably(client, body, call) do
      case answer do
        %{"content" => content} when is_list(content) -> {:ok, Response.decode(answer)}
        _other -> {:error, Error.new(:invalid_response, "It has no content.")}
      end
    end
  end

  # With `resume:` the call is sent again after a lost connection, and gets the same answer.
  defp fetch_resumably(client, body, call) do
    case Resumption.new(client, body, HTTP.with_deadline(call, client.timeout)) do
      nil -> HTTP.fetch(client, "/chat", body, call)
      resumption -> Resumption.fetch(resumption)
    end
  end

  @doc """
  Like `chat/3`, but returns the response itself, or raises a `OneshotAI.Error`.

      OneshotAI.chat!("claude", "Hello").text
  """
  @doc group: "Answers"
  @spec chat!(provider(), messages(), keyword()) :: Response.t()
  def chat!(provider, messages, opts \\ []), do: unwrap!(chat(provider, messages, opts))

  @doc """
  Like `chat/3`, but returns only the answer's text.

      {:ok, "Hello!"} = OneshotAI.chat_text("echo", "Hello!")
  """
  @doc group: "Answers"
  @spec chat_text(provider(), messages(), keyword()) :: {:ok, String.t()} | {:error, Error.t()}
  def chat_text(provider, messages, opts \\ []) do
    with {:ok, response} <- chat(provider, messages, opts), do: {:ok, response.text}
  end

  @doc "Like `chat_text/3`, but returns the text itself, or raises a `OneshotAI.Error`."
  @doc group: "Answers"
  @spec chat_text!(provider(), messages(), keyword()) :: String.t()
  def chat_text!(provider, messages, opts \\ []), do: unwrap!(chat_text(provider, messages, opts))

  @doc """
  What a chat would do: the targets that would be tried, their warnings and estimated costs, and how
  the token's limits stand. No vendor is called.

      {:ok, %{targets: [%{model: model, estimated_cost: cost} | _]}} =
        OneshotAI.dry_run("claude", messages, max_tokens: 500, fallbacks: ["gemini/gemini-3.8-flash"])

  Takes the options of `chat/3`. See `OneshotAI.DryRun`.
  """
  @doc group: "Answers"
  @spec dry_run(provider(), messages(), keyword()) :: {:ok, DryRun.t()} | {:error, Error.t()}
  def dry_run(provider, messages, opts \\ []) do
    {client, body, call} = ChatOptions.split!(provider, messages, opts, dry_run: true)
    fetch_dry_run(client, "/chat", body, call)
  end

  defp fetch_dry_run(client, path, body, call) do
    with {:ok, answer} <- HTTP.fetch(client, path, body, call) do
      case answer do
        %{"dry_run" => true, "targets" => targets} when is_list(targets) ->
          {:ok, DryRun.decode(answer)}

        _other ->
          {:error, Error.new(:invalid_response, "It is not that of a dry run.")}
      end
    end
  end

  @doc """
  Asks for an object that matches a schema.

      schema = [name: :string, age: [type: :integer, doc: "In years."]]
      {:ok, %{object: person}} = OneshotAI.chat_object("claude", "Ada is 36.", schema)
      person["name"]

  The schema is a keyword list, a JSON Schema or an Ecto schema, see `OneshotAI.Schema`; with an
  Ecto schema the object is its struct. The vendor is asked to follow the schema, and the client
  checks the answer. If it does not match, the model gets the errors and is asked again.

  Options: those of `chat/3` but `:response_format`, for each round, and

  #{ObjectLoop.docs()}

  If no answer matches, the error's reason is `:invalid_object`; its `:partial` has the last answer.
  """
  @doc group: "Objects"
  @spec chat_object(provider(), messages(), Schema.t(), keyword()) ::
          {:ok, Object.t()} | {:error, Error.t()}
  def chat_object(provider, messages, schema, opts \\ []) do
    {own, opts} = ObjectLoop.split!(opts, schema)
    ask = &chat(provider, &1, ChatOptions.for_round(opts, &1))
    messages |> ChatOptions.to_list() |> ObjectLoop.run(schema, own[:max_rounds], ask)
  end

  @doc "Like `chat_object/4`, but returns the `OneshotAI.Object` itself, or raises a `OneshotAI.Error`."
  @doc group: "Objects"
  @spec chat_object!(provider(), messages(), Schema.t(), keyword()) :: Object.t()
  def chat_object!(provider, messages, schema, opts \\ []) do
    unwrap!(chat_object(provider, messages, schema, opts))
  end

  @doc """
  The object of `chat_object/4` while it is being written: a lazy enumerable.

      for element <- OneshotAI.stream_object("claude", "Ada is 36.", name: :string, age: :integer) do
        case element do
          {:partial, map} -> show(map)
          {:ok, %{object: person}} -> save(person)
          {:error, error} -> report(error)
        end
      end

  A partial object is a map with string keys that has the members written so far; the last string
  may be incomplete. It is not checked. The last element is `{:ok, object}`, as from
  `chat_object/4`, or `{:error, error}`. The model is asked once. Each partial object is decoded
  from the beginning, so this is for objects of some kilobytes.
  """
  @doc group: "Objects"
  @spec stream_object(provider(), messages(), Schema.t(), keyword()) ::
          Enumerable.t({:partial, map()} | {:ok, Object.t()} | {:error, Error.t()})
  def stream_object(provider, messages, schema, opts \\ []) do
    {_own, opts} = ObjectLoop.split!(opts, schema)
    messages = ChatOptions.to_list(messages)
    provider |> stream(messages, opts) |> ObjectLoop.stream(messages, schema)
  end

  @doc """
  The answer while it is being written: a lazy enumerable of `OneshotAI.Event`s.

      "claude"
      |> OneshotAI.stream(messages)
      |> Enum.each(fn
        %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)
        %Event.Done{response: response} -> IO.inspect(response.usage)
        {:error, error} -> IO.puts(Exception.message(error))
        _other -> :ok
      end)

  The last element is `Event.Done` or `{:error, error}`. Nothing is sent before the first element is
  wanted, and each enumeration asks anew. If the reader stops early (`Enum.take/2`, an exception) or
  its process ends, the call is cancelled: the vendor stops. A slow reader slows the server down.

  A stream may last as long as it is not silent for `:silence_timeout`. With `:timeout` it must also
  be complete within that time.
  """
  @doc group: "Streams"
  @spec stream(provider(), messages(), keyword()) :: Enumerable.t(Event.element())
  def stream(provider, messages, opts \\ []) do
    {client, body, call} = ChatOptions.split!(provider, messages, opts, stream: true)
    EventStream.new(client, body, call)
  end

  @doc "Like `stream/3`, but has only events: raises a `OneshotAI.Error` if the answer does not complete."
  @doc group: "Streams"
  @spec stream!(provider(), messages(), keyword()) :: Enumerable.t(Event.t())
  def stream!(provider, messages, opts \\ []) do
    provider
    |> stream(messages, opts)
    |> Stream.map(fn
      {:error, error} -> raise error
      event -> event
    end)
  end

  @doc """
  The answer's text while it is being written, piece by piece. Raises a `OneshotAI.Error` if the
  answer does not complete.

      for text <- OneshotAI.stream_text("claude", "A poem, please"), do: IO.write(text)
  """
  @doc group: "Streams"
  @spec stream_text(provider(), messages(), keyword()) :: Enumerable.t(String.t())
  def stream_text(provider, messages, opts \\ []) do
    provider
    |> stream!(messages, opts)
    |> Stream.flat_map(fn
      %Event.PartDelta{kind: :text, delta: text} -> [text]
      _other -> []
    end)
  end

  @doc """
  Reads a stream to its end: `{:ok, response}`, as from `chat/3`, or `{:error, error}`.

      "claude"
      |> OneshotAI.stream(messages)
      |> Stream.each(&broadcast/1)
      |> OneshotAI.collect()
  """
  @doc group: "Streams"
  @spec collect(Enumerable.t(Event.element())) :: {:ok, Response.t()} | {:error, Error.t()}
  def collect(stream) do
    case Enum.reduce(stream, nil, fn element, _last -> element end) do
      %Event.Done{response: response} ->
        {:ok, response}

      {:error, %Error{} = error} ->
        {:error, error}

      _cut_off_by_the_caller ->
        {:error, Error.new(:disconnected, "The stream was collected without its last event.")}
    end
  end

  @doc """
  Sends the answer's events to a process: `{:oneshot_ai, ref, event}`. The last is `Event.Done` or
  `{:error, error}`.

      # in a LiveView
      def handle_event("ask", %{"prompt" => prompt}, socket) do
        {:ok, ref} = OneshotAI.stream_to(self(), "claude", prompt)
        {:noreply, assign(socket, ref: ref, answer: "")}
      end

      def handle_info(
            {:oneshot_ai, ref, %Event.PartDelta{kind: :text, delta: text}},
            %{assigns: %{ref: ref}} = socket
          ) do
        {:noreply, update(socket, :answer, &(&1 <> text))}
      end

  The call is cancelled when that process ends, and by `cancel/1`.
  """
  @doc group: "Streams"
  @spec stream_to(pid(), provider(), messages(), keyword()) :: {:ok, ref()}
  def stream_to(receiver, provider, messages, opts \\ []) when is_pid(receiver) do
    stream_to(receiver, stream(provider, messages, opts))
  end

  @doc """
  Sends the elements of any stream of this module to a process, as `stream_to/4` does.

      {:ok, ref} = OneshotAI.stream_to(self(), OneshotAI.stream_tools("claude", messages, tools))
  """
  @doc group: "Streams"
  @spec stream_to(pid(), Enumerable.t()) :: {:ok, ref()}
  def stream_to(receiver, stream) when is_pid(receiver), do: Reader.start(receiver, stream)

  @doc """
  Ends a stream of `stream_to/4`.

  None of its messages arrives after this, and those already in the calling process's mailbox are
  removed. A stream that has ended may be cancelled too. With a `request_id` instead, as `cancel/2`.
  """
  @doc group: "Streams"
  @spec cancel(ref()) :: :ok
  @spec cancel(String.t()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def cancel(request_id) when is_binary(request_id), do: cancel(request_id, [])
  def cancel(ref), do: Reader.cancel(ref)

  @doc """
  Ends an answer that the server keeps, by its `request_id`, whoever reads it. Returns the receipt, a
  `OneshotAI.Answer`: its `:usage` and `:cost` are what was settled against the token's limits.

      {:ok, %{state: :cancelled, cost: cost}} = OneshotAI.cancel(request_id, claims: %{sub: user.id})

  An answer that had ended before is not changed; its `:state` says how it ended.
  Options as for `fetch_answer/2`.
  """
  @doc group: "Kept answers"
  @spec cancel(String.t(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def cancel(request_id, opts), do: fetch_state(request_id, opts, :delete, "cancel")

  @doc """
  Begins an answer that the server makes in the background and keeps: returns at once.

      {:ok, %{request_id: id}} = OneshotAI.start_chat("claude", messages, webhook: url)

  Read it with `fetch_answer/2` once it is there (a webhook says so, see `OneshotAI.Webhook`), or
  with `follow/2` while it is being written, if it was begun with `stream: true`. Takes the options of
  `chat/3`. Needs a server with `STORE_ANSWERS=on`; others answer `:answers_not_kept`.
  """
  @doc group: "Kept answers"
  @spec start_chat(provider(), messages(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def start_chat(provider, messages, opts \\ []) do
    {stream?, opts} = Keyword.pop(opts, :stream, false)
    fields = [background: true] ++ if(stream?, do: [stream: true], else: [])
    {client, body, call} = ChatOptions.split!(provider, messages, opts, fields)
    decode_answer(HTTP.fetch(client, "/chat", body, call))
  end

  @doc """
  The state of an answer that the server keeps, and the answer itself if it is complete. See
  `OneshotAI.Answer`.

      {:ok, %{state: :completed, response: response}} = OneshotAI.fetch_answer(request_id)

  It belongs to the subject and tenant of the token that asked for it: give the same `:claims`; for
  anybody else it is `:not_found`. Options:

  #{ChatOptions.short_call_docs()}
  """
  @doc group: "Kept answers"
  @spec fetch_answer(String.t(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def fetch_answer(request_id, opts \\ []),
    do: fetch_state(request_id, opts, :get, "fetch_answer")

  @doc """
  A streamed answer that the server keeps, from its beginning: the same elements as of `stream/3`,
  then live ones. For a LiveView that was mounted again, or another node.

      {:ok, ref} = OneshotAI.stream_to(self(), OneshotAI.follow(request_id, claims: %{sub: user.id}))

  The answer goes on if its follower ends. Options as for `fetch_answer/2`, and `:silence_timeout`.
  """
  @doc group: "Kept answers"
  @spec follow(String.t(), keyword()) :: Enumerable.t(Event.element())
  def follow(request_id, opts \\ []) do
    own = [silence_timeout: {:milliseconds, "how long it may be silent."}]
    {client, call} = ChatOptions.split_call!(opts, "follow", own)
    EventStream.follow(client, request_id, call)
  end

  defp fetch_state(request_id, opts, method, owner) do
    {client, call} = ChatOptions.split_call!(opts, owner)
    decode_answer(HTTP.fetch(client, HTTP.answer_path(request_id), nil, [method: method] ++ call))
  end

  defp decode_answer({:error, error}), do: {:error, error}

  defp decode_answer({:ok, body}) do
    with :error <- Answer.decode(body),
         do: {:error, Error.new(:invalid_response, "It has no state of an answer.")}
  end

  @doc """
  Asks, runs the tools that the model calls, and asks again, until it answers without a call.

      weather = Tool.new(name: "weather", parameters: [city: :string], run: &MyApp.Weather.fetch/1)
      {:ok, run} = OneshotAI.run_tools("claude", "How is the weather in Bergen?", [weather])
      run.response.text

  Tools are `OneshotAI.Tool`s, or maps like them. The calls of one answer run at the same time, each
  in a supervised process that ends with the caller and has it in its `$callers` (Ecto's sandbox
  works). With `tool_choice: "required"` a run never ends by itself, as the option applies to each
  round.

  Options: those of `chat/3`, for each round, and

  #{ToolLoop.docs()}

  Returns a `OneshotAI.ToolRun`. An error has the conversation so far in `:messages`; pass these to
  continue the run.
  """
  @doc group: "Tools"
  @spec run_tools(provider(), messages(), [Tool.t() | map()], keyword()) ::
          {:ok, ToolRun.t()} | {:error, Error.t()}
  def run_tools(provider, messages, tools, opts \\ []) do
    {messages, tools, own, opts} = split_run!(messages, tools, opts)

    ToolLoop.run(messages, tools, own, fn messages ->
      case chat(provider, messages, ChatOptions.for_round(opts, messages)) do
        {:ok, response} -> [%Event.Done{response: response}]
        {:error, error} -> [{:error, error}]
      end
    end)
  end

  @doc "Like `run_tools/4`, but returns the `OneshotAI.ToolRun` itself, or raises a `OneshotAI.Error`."
  @doc group: "Tools"
  @spec run_tools!(provider(), messages(), [Tool.t() | map()], keyword()) :: ToolRun.t()
  def run_tools!(provider, messages, tools, opts \\ []) do
    unwrap!(run_tools(provider, messages, tools, opts))
  end

  @doc """
  Like `run_tools/4`, but a stream of the events of all rounds.

      for event <- OneshotAI.stream_tools("claude", "How is the weather in Bergen?", [weather]) do
        case event do
          %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)
          %Event.ToolStart{call: call} -> IO.puts("(\#{call.name} …)")
          %Event.ToolStop{error?: true, message: message} -> IO.puts(message.content)
          %Event.Done{run: run} -> IO.inspect(run.usage)
          {:error, error} -> IO.puts(Exception.message(error))
          _other -> :ok
        end
      end

  If the reader stops early, or its process ends, the call and the running tools end too.
  """
  @doc group: "Tools"
  @spec stream_tools(provider(), messages(), [Tool.t() | map()], keyword()) ::
          Enumerable.t(Event.element())
  def stream_tools(provider, messages, tools, opts \\ []) do
    {messages, tools, own, opts} = split_run!(messages, tools, opts)

    ToolLoop.stream(
      messages,
      tools,
      own,
      &stream(provider, &1, ChatOptions.for_round(opts, &1))
    )
  end

  defp split_run!(messages, tools, opts) do
    {own, opts} = ToolLoop.split!(opts)
    tools = Enum.map(tools, &to_tool/1)
    {ChatOptions.to_list(messages), tools, own, Keyword.put(opts, :tools, tools)}
  end

  defp to_tool(%Tool{} = tool), do: Map.from_struct(tool)
  defp to_tool(tool), do: Map.new(tool)

  @doc """
  Embeds texts: a vector for each, for a vector database such as pgvector.

      {:ok, %{vectors: [vector]}} = OneshotAI.embed("openai/text-embedding-3-small", "Rain")

  The input is a string or a list of strings. Options: `:dimensions`, the length of the vectors, for
  models that can shorten them, and

  #{ChatOptions.short_call_docs()}

  The model is `provider/model`, or a name of the server's catalog (`list_models/1` lists those of the
  kind `"embedding"`). `"echo/echo-embedding"` needs no key: its vectors of texts that share words are
  near each other. Vectors of different models cannot be compared, so there are no fallbacks.
  """
  @doc group: "Embeddings"
  @spec embed(String.t(), String.t() | [String.t()], keyword()) ::
          {:ok, Embeddings.t()} | {:error, Error.t()}
  def embed(model, input, opts \\ []) do
    {client, body, call} = split_embed!(model, input, opts, "embed", [])

    with {:ok, answer} <- HTTP.fetch(client, "/v1/embeddings", body, call),
         :error <- Embeddings.decode(answer, length(body.input)) do
      {:error, Error.new(:invalid_response, "It does not have a vector for each input.")}
    end
  end

  defp split_embed!(model, input, opts, owner, fields) do
    own = [dimensions: {:count, "the length of the vectors."}]
    {client, call} = ChatOptions.split_call!(opts, owner, own)
    {own, call} = Keyword.split(call, Keyword.keys(own))
    body = %{model: model, input: List.wrap(input), encoding_format: "base64"}
    {client, body |> Map.merge(Map.new(own)) |> Map.merge(Map.new(fields)), call}
  end

  @doc "Like `embed/3`, but returns the `OneshotAI.Embeddings` itself, or raises a `OneshotAI.Error`."
  @doc group: "Embeddings"
  @spec embed!(String.t(), String.t() | [String.t()], keyword()) :: Embeddings.t()
  def embed!(model, input, opts \\ []), do: unwrap!(embed(model, input, opts))

  @doc """
  What `embed/3` would do and cost, with the same options. No vendor is called. See
  `OneshotAI.DryRun`.

      {:ok, %{targets: [%{estimated_cost: cost}]}} = OneshotAI.dry_run_embed(model, texts)
  """
  @doc group: "Embeddings"
  @spec dry_run_embed(String.t(), String.t() | [String.t()], keyword()) ::
          {:ok, DryRun.t()} | {:error, Error.t()}
  def dry_run_embed(model, input, opts \\ []) do
    {client, body, call} = split_embed!(model, input, opts, "dry_run_embed", dry_run: true)
    fetch_dry_run(client, "/v1/embeddings", body, call)
  end

  @doc """
  Whether the server runs. Needs no token and calls no vendor.

      {:ok, %{status: "ok", version: "0.1.0", runtime: "bun"}} = OneshotAI.health()

  Options: `:client`, `:retry` and `:timeout` (default here 5,000).
  """
  @doc group: "The server"
  @spec health(keyword()) ::
          {:ok, %{status: String.t(), version: String.t(), runtime: String.t()}}
          | {:error, Error.t()}
  def health(opts \\ []) do
    {client, call} = ChatOptions.split_call!(Keyword.put_new(opts, :timeout, 5_000), "health")

    with {:ok, body} <- HTTP.fetch(client, "/health", nil, [auth: false] ++ call) do
      case body do
        %{"status" => status, "version" => version, "runtime" => runtime} ->
          {:ok, %{status: status, version: version, runtime: runtime}}

        _other ->
          {:error, Error.new(:invalid_response, "It has no status.")}
      end
    end
  end

  @doc """
  The server's providers, and why the unavailable ones are unavailable. See `OneshotAI.Provider`.

  Options:

  #{ChatOptions.short_call_docs()}
  """
  @doc group: "The server"
  @spec list_providers(keyword()) :: {:ok, [Provider.t()]} | {:error, Error.t()}
  def list_providers(opts \\ []), do: list("providers", "list_providers", &Provider.decode/1, opts)

  @doc "The models in the server's catalog. See `OneshotAI.Model`. Options as for `list_providers/1`."
  @doc group: "The server"
  @spec list_models(keyword()) :: {:ok, [Model.t()]} | {:error, Error.t()}
  def list_models(opts \\ []), do: list("models", "list_models", &Model.decode/1, opts)

  @doc """
  Every limit of the token, and how much of it is used. See `OneshotAI.Limit`.

      {:ok, limits} = OneshotAI.limits(policy: policy, claims: %{sub: user.id})
      for limit <- limits, limit.kind == "usd", do: OneshotAI.Limit.left(limit)

  Give the same `:policy` and `:claims` as for the calls. Options as for `list_providers/1`.
  """
  @doc group: "The server"
  @spec limits(keyword()) :: {:ok, [Limit.t()]} | {:error, Error.t()}
  def limits(opts \\ []), do: list("limits", "limits", &Limit.decode/1, opts)

  @usage_params [
    from: {:any, "the first day, a `Date`. Default: 30 days before the last."},
    to: {:any, "the last day, a `Date`. Default: today."},
    group_by:
      {:any,
       "a list of `:hour`, `:day` or `:month`, and of `:issuer`, `:tenant`, `:subject`, `:provider`, `:model`, " <>
         "`:dialect`, `:kind` and `:outcome`."},
    time_zone: {:string, "whose days they are. Default: UTC."},
    view:
      {:string_or_atom,
       "`:own`, `:tenant` or `:all`. Default: the widest that the token's scope allows."},
    limit: {:count, "rows of a page. Default: 1,000."},
    page: {:string, "`:next_page` of the page before."},
    filter: {:map, "only calls with these values, such as `[model: \"claude-opus-5-5\"]`."}
  ]

  @doc """
  What was used and what it cost, from the server's ledger. See `OneshotAI.UsageReport`.

      {:ok, report} = OneshotAI.usage(group_by: [:day, :model], from: ~D[2026-11-01])
      report.totals["cost_usd"]

  The token sees its own subject's calls; with the scope `usage:tenant` or `admin` those of others too:
  `claims: %{scope: "usage:tenant", ai: %{tenant: "acme"}}`. A server without a ledger answers
  `:not_found`.

  Options: those of `list_providers/1`, and

  #{OneshotAI.Options.docs(@usage_params)}
  """
  @doc group: "The server"
  @spec usage(keyword()) :: {:ok, UsageReport.t()} | {:error, Error.t()}
  def usage(opts \\ []) do
    {client, call} = ChatOptions.split_call!(opts, "usage", @usage_params)
    {params, call} = Keyword.split(call, Keyword.keys(@usage_params))
    {filter, params} = Keyword.pop(params, :filter, [])

    params =
      if params[:group_by],
        do: Keyword.update!(params, :group_by, &(&1 |> List.wrap() |> Enum.join(","))),
        else: params

    call = Keyword.put(call, :query, params ++ Enum.to_list(filter))

    with {:ok, body} <- HTTP.fetch(client, "/usage", nil, call) do
      case body do
        %{"data" => rows, "totals" => %{}} when is_list(rows) -> {:ok, UsageReport.decode(body)}
        _other -> {:error, Error.new(:invalid_response, "It has no usage.")}
      end
    end
  end

  defp list(field, owner, decode, opts) do
    {client, call} = ChatOptions.split_call!(opts, owner)

    with {:ok, body} <- HTTP.fetch(client, "/" <> field, nil, call) do
      case body do
        %{^field => items} when is_list(items) -> {:ok, for(%{} = item <- items, do: decode.(item))}
        _other -> {:error, Error.new(:invalid_response, "It has no #{field}.")}
      end
    end
  end

  defp unwrap!({:ok, value}), do: value
  defp unwrap!({:error, error}), do: raise(error)
end
