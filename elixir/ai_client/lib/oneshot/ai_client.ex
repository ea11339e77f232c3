defmodule Oneshot.AIClient do
  alias Oneshot.AIClient.{
    Call,
    ChatOptions,
    Error,
    Event,
    EventStream,
    Model,
    Provider,
    Reader,
    Response,
    Telemetry,
    Tool,
    ToolLoop,
    ToolRun
  }

  {body_docs, call_docs} = ChatOptions.docs()

  @moduledoc """
  A client of the AI server: one function for Claude, Gemini, OpenAI and the others behind it.

      {:ok, response} = Oneshot.AIClient.chat("claude", [%{role: "user", content: "Hello"}])
      response.text

  It has no dependencies, needs no process of yours, and keeps no connection pool: a call lives in the process that makes
  it, and ends with it.

  ## Configuration

      # config/runtime.exs
      config :oneshot, :ai_server_url, System.get_env("AI_SERVER_URL", "http://localhost:3000")
      config :oneshot, :ai_client, jwt: [secret: System.fetch_env!("JWT_SECRET")]

  With the environment variables `AI_SERVER_URL` and `JWT_SECRET` set, not even that is needed. See
  `Oneshot.AIClient.Client` for everything else, and for several servers in one app.

  ## A conversation

  Messages are maps with `:role` and `:content`. The answer's own message carries it on, the model's signatures included:

      messages = [%{role: "user", content: "A word for “rain”?"}]
      {:ok, response} = Oneshot.AIClient.chat("claude", messages)
      messages = messages ++ [response.message, %{role: "user", content: "A rarer one."}]
      {:ok, response} = Oneshot.AIClient.chat("claude", messages)

  `Oneshot.AIClient.Message` has functions for pictures, documents and tool results.

  ## Streams

  `stream/3` is an enumerable of events, `stream_text/3` of texts; `stream_to/4` sends the events to a process, such as a
  LiveView. A stream ends with `Oneshot.AIClient.Event.Done` or with `{:error, error}`, never with silence: an answer that
  was cut off is never taken for a short one.

  ## Options of a chat

  #{body_docs}

  An option that is nil counts as absent. A name that is not in these lists raises an `ArgumentError`.

  ## Options of the call

  #{call_docs}

  ## Errors

  `{:error, error}` has a `Oneshot.AIClient.Error`, whose `:reason` is of a closed list. The functions with `!`, and
  `stream_text/3`, raise it. A POST is never sent twice by the client: the server tries again where that is safe, and
  `error.retryable?` and `error.retry_after` tell what you may do.
  """

  @typedoc "A provider's name or alias. May be nil where the option `:model` says it all (`\"claude/opus\"`)."
  @type provider :: String.t() | atom()

  @typedoc "A list of messages, or one text, which is then what the user says."
  @type messages :: ChatOptions.messages()

  @typedoc "What `stream_to/4` gives: names the stream in its messages and for `cancel/1`."
  @type ref :: Reader.ref()

  @doc """
  Asks, and waits for the whole answer.

      {:ok, response} = Oneshot.AIClient.chat("claude", messages, model: "opus", max_tokens: 500)
      {:error, %Oneshot.AIClient.Error{reason: :timeout}} = Oneshot.AIClient.chat("claude", messages, timeout: 10)

  It takes at most the client's `:timeout`, 60 seconds, everything included. For longer answers use a stream.
  """
  @spec chat(provider(), messages(), keyword()) :: {:ok, Response.t()} | {:error, Error.t()}
  def chat(provider, messages, opts \\ []) do
    {client, body, call} = ChatOptions.split!(provider, messages, opts)
    span = Telemetry.start(body, false)
    result = Telemetry.guard(span, fn -> ask(client, body, call) end)
    Telemetry.stop(span, result)
    result
  end

  defp ask(client, body, call) do
    with {:ok, answer} <- Call.whole(client, "/chat", body, call) do
      case answer do
        %{"content" => content} when is_list(content) -> {:ok, Response.decode(answer)}
        _other -> {:error, Error.new(:invalid_response, "It has no content.")}
      end
    end
  end

  @doc """
  Like `chat/3`, but gives the response itself, and raises a `Oneshot.AIClient.Error`.

      Oneshot.AIClient.chat!("claude", "Hello").text
  """
  @spec chat!(provider(), messages(), keyword()) :: Response.t()
  def chat!(provider, messages, opts \\ []), do: unwrap!(chat(provider, messages, opts))

  @doc """
  Like `chat/3`, but gives the answer's text alone.

      {:ok, "Hello!"} = Oneshot.AIClient.chat_text("echo", "Hello!")
  """
  @spec chat_text(provider(), messages(), keyword()) :: {:ok, String.t()} | {:error, Error.t()}
  def chat_text(provider, messages, opts \\ []) do
    with {:ok, response} <- chat(provider, messages, opts), do: {:ok, response.text}
  end

  @doc """
  The answer as it is written: a lazy enumerable of `Oneshot.AIClient.Event`s.

      "claude"
      |> Oneshot.AIClient.stream(messages)
      |> Enum.each(fn
        %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)
        %Event.Done{response: response} -> IO.inspect(response.usage)
        {:error, error} -> IO.puts(Exception.message(error))
        _other -> :ok
      end)

  The last element is `Event.Done` or `{:error, error}`. Nothing is asked before the first element is wanted, and each run
  through the enumerable asks anew. When no more is wanted (`Enum.take/2`, an exception), and when the process ends, the call
  is cancelled: the vendor stops, and what is not written is not paid. A reader that is slow slows the server down.
  """
  @spec stream(provider(), messages(), keyword()) :: Enumerable.t()
  def stream(provider, messages, opts \\ []) do
    {client, body, call} = ChatOptions.split!(provider, messages, opts, stream: true)
    EventStream.new(client, body, call)
  end

  @doc """
  The answer's text as it is written, piece by piece. Raises a `Oneshot.AIClient.Error` where the answer does not reach its
  end.

      for text <- Oneshot.AIClient.stream_text("claude", "A poem, please"), do: IO.write(text)
  """
  @spec stream_text(provider(), messages(), keyword()) :: Enumerable.t()
  def stream_text(provider, messages, opts \\ []) do
    provider
    |> stream(messages, opts)
    |> Stream.flat_map(fn
      %Event.PartDelta{kind: :text, delta: text} -> [text]
      {:error, error} -> raise error
      _other -> []
    end)
  end

  @doc """
  Sends the answer's events to a process, as they come: `{:ai_client, ref, event}`. The last is `Event.Done` or
  `{:error, error}`.

      # in a LiveView
      def handle_event("ask", %{"prompt" => prompt}, socket) do
        {:ok, ref} = Oneshot.AIClient.stream_to(self(), "claude", prompt)
        {:noreply, assign(socket, ref: ref, answer: "")}
      end

      def handle_info({:ai_client, ref, %Event.PartDelta{kind: :text, delta: text}}, %{assigns: %{ref: ref}} = socket) do
        {:noreply, update(socket, :answer, &(&1 <> text))}
      end

  The call is cancelled when that process ends, and by `cancel/1`.
  """
  @spec stream_to(pid(), provider(), messages(), keyword()) :: {:ok, ref()}
  def stream_to(receiver, provider, messages, opts \\ []) when is_pid(receiver) do
    Reader.start(receiver, stream(provider, messages, opts))
  end

  @doc """
  Ends a stream of `stream_to/4`. No message of it comes after this, and those that the calling process has not looked at
  yet are taken out of its mailbox. A stream that has ended by itself may be cancelled too.
  """
  @spec cancel(ref()) :: :ok
  def cancel(ref), do: Reader.cancel(ref)

  @doc """
  Asks, runs the tools that the model calls for, and goes on until it answers without a call.

      weather = Tool.new(name: "weather", parameters: …, run: fn %{"city" => city} -> MyApp.Weather.fetch(city) end)
      {:ok, run} = Oneshot.AIClient.run_tools("claude", "Do I need an umbrella in Bergen?", [weather])
      run.response.text

  Tools are `Oneshot.AIClient.Tool`s, or maps like them. They run one after the other, in the calling process. The options
  are those of a chat, for each round (so with `tool_choice: "required"` a run never ends by itself), and `:max_rounds`, how
  often the model may be asked (default 10); after that it is the error `:too_many_rounds`. Returns a
  `Oneshot.AIClient.ToolRun`, with the whole conversation in it; an error has it in `:messages`.
  """
  @spec run_tools(provider(), messages(), [Tool.t() | map()], keyword()) :: {:ok, ToolRun.t()} | {:error, Error.t()}
  def run_tools(provider, messages, tools, opts \\ []) do
    {max_rounds, opts} = Keyword.pop(opts, :max_rounds, 10)
    tools = Enum.map(tools, &to_tool/1)
    messages = if is_binary(messages), do: [%{role: "user", content: messages}], else: messages
    ToolLoop.run(messages, tools, max_rounds, &chat(provider, &1, Keyword.put(opts, :tools, tools)))
  end

  defp to_tool(%Tool{} = tool), do: Map.from_struct(tool)
  defp to_tool(tool), do: Map.new(tool)

  @doc """
  Whether the server runs. Needs no token, and asks no vendor.

      {:ok, %{status: "ok", version: "0.1.0", runtime: "bun"}} = Oneshot.AIClient.health()

  Options: `:client` and `:timeout` (default here 5,000).
  """
  @spec health(keyword()) ::
          {:ok, %{status: String.t(), version: String.t(), runtime: String.t()}} | {:error, Error.t()}
  def health(opts \\ []) do
    {client, call} = ChatOptions.split_call!(Keyword.put_new(opts, :timeout, 5_000), "health")

    with {:ok, body} <- Call.whole(client, "/health", nil, [auth: false] ++ call) do
      case body do
        %{"status" => status, "version" => version, "runtime" => runtime} ->
          {:ok, %{status: status, version: version, runtime: runtime}}

        _other ->
          {:error, Error.new(:invalid_response, "It has no status.")}
      end
    end
  end

  @doc """
  The server's providers, and for those that are not available why. See `Oneshot.AIClient.Provider`.

  Options:

  #{ChatOptions.call_docs()}
  """
  @spec list_providers(keyword()) :: {:ok, [Provider.t()]} | {:error, Error.t()}
  def list_providers(opts \\ []), do: list("/providers", "providers", &Provider.decode/1, opts)

  @doc "The models of the server's catalog. See `Oneshot.AIClient.Model`; options as in `list_providers/1`."
  @spec list_models(keyword()) :: {:ok, [Model.t()]} | {:error, Error.t()}
  def list_models(opts \\ []), do: list("/models", "models", &Model.decode/1, opts)

  defp list(path, field, decode, opts) do
    {client, call} = ChatOptions.split_call!(opts, "list_" <> field)

    with {:ok, body} <- Call.whole(client, path, nil, call) do
      case body do
        %{^field => items} when is_list(items) -> {:ok, for(%{} = item <- items, do: decode.(item))}
        _other -> {:error, Error.new(:invalid_response, "It has no #{field}.")}
      end
    end
  end

  defp unwrap!({:ok, value}), do: value
  defp unwrap!({:error, error}), do: raise(error)
end
