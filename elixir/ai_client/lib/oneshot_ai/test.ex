defmodule OneshotAI.Test do
  @moduledoc """
  Answers for your own tests, without a server.

      # config/test.exs
      config :oneshot_ai, transport: OneshotAI.Test

      # a test
      test "greets" do
        OneshotAI.Test.stub("Hello!")
        assert MyApp.greet() == "Hello!"
        assert_received {:oneshot_ai_request, %{body: %{"messages" => [%{"content" => "Greet me"}]}}}
      end

  Only the network is replaced: requests are encoded, answers and streams decoded, as with a server.

  ## Answers

    * a string - the answer's text.
    * a keyword list - `:text`, `:reasoning`, `:tool_calls` (a list of
      `[name: …, arguments: %{…}]`), `:finish_reason`, `:usage`, `:cost` and `:warnings`.
    * `{:error, reason}` or `{:error, reason, fields}`, with fields of `OneshotAI.Error` such as
      `retry_after: 3`. `:status` and `:retryable?` default to those of the real error.
    * `{:cut, answer}` - a stream that breaks off half-way (`:upstream_incomplete`).
    * `{:fault, name, answer}` - the answer, misbehaving as one of the models of the server's provider
      `echo`: `{:fault, "echo-stall-3", "one two three four"}` stops after three words
      (`:upstream_stalled`), `"echo-late-500"` begins after half a second, `"echo-filter-2"` ends with
      `:content_filter`. The server's docs/routing.md lists the names. A failure comes at once, without
      the server's wait for it.
    * a function of one argument - receives the request's body, a map with string keys, and returns
      one of the above.
    * a list of these - one for each call, in order. A further call raises, and `verify!/0` raises
      if calls are missing.

  For `OneshotAI.chat_object/4` the text is the JSON.

  A chat with the provider `echo` needs no stub: it repeats the last message, and a model such as
  `"echo-cut-2"` misbehaves, as on the server.

  ## Which process

  Answers belong to the process that called `stub/1` and to the processes that it started with
  `Task`, `GenServer` and the like, so tests may be `async: true`. Give other processes access with
  `allow/2`.

  For every call the owner receives `{:oneshot_ai_request, request}`, a map with

    * `:function` - `:chat` (for all functions that chat), `:cancel`, `:dry_run`, `:embed`,
      `:fetch_answer`, `:health`, `:limits`, `:list_providers`, `:list_models`, `:start_chat` or
      `:usage`. `follow/2` is a chat.
    * `:body` - the request's body, a map with string keys,
    * `:claims` - the claims that the call added to its token, with string keys,
    * `:headers` - a map, such as `%{"idempotency-key" => "order-17"}`.
  """

  @behaviour OneshotAI.Transport

  alias OneshotAI.JSON
  alias OneshotAI.Test.{Player, Replies, Stubs}
  alias OneshotAI.Transport.Request

  @functions [
    :cancel,
    :chat,
    :dry_run,
    :embed,
    :fetch_answer,
    :health,
    :limits,
    :list_providers,
    :list_models,
    :start_chat,
    :usage
  ]

  @type answer ::
          String.t()
          | keyword()
          | {:error, atom()}
          | {:error, atom(), keyword()}
          | {:cut, String.t() | keyword()}
          | {:fault, String.t(), String.t() | keyword()}
          | (map() -> answer())

  @type function_name ::
          :cancel
          | :chat
          | :dry_run
          | :embed
          | :fetch_answer
          | :health
          | :limits
          | :list_providers
          | :list_models
          | :start_chat
          | :usage

  @doc """
  Sets the answers to this process's chats. Replaces earlier ones.

      iex> OneshotAI.Test.stub("Hello!")
      iex> client = OneshotAI.Client.new(transport: OneshotAI.Test)
      iex> OneshotAI.chat_text("claude", "Hi", client: client)
      {:ok, "Hello!"}

      iex> OneshotAI.Test.stub(fn %{"model" => model} -> "I am " <> model end)
      iex> client = OneshotAI.Client.new(transport: OneshotAI.Test)
      iex> OneshotAI.stream_text("claude", "Hi", model: "opus", client: client) |> Enum.to_list()
      ["I", " am", " opus"]
  """
  @spec stub(answer() | [answer()]) :: :ok
  def stub(answers) do
    Stubs.put(self(), :chat, if(several?(answers), do: {:queue, answers}, else: {:always, answers}))
  end

  @doc """
  Sets the answer to this process's calls of another function.

      OneshotAI.Test.stub(:health, {:error, :connection_refused})
      OneshotAI.Test.stub(:list_providers, [[name: "claude", available: false, reason: "No key."]])
      OneshotAI.Test.stub(:list_models, [[id: "claude-opus-5-5", provider: "claude"]])
      OneshotAI.Test.stub(:embed, [[0.1, 0.2]])
      OneshotAI.Test.stub(:embed, fn %{"input" => inputs} -> Enum.map(inputs, fn _ -> [0.0, 1.0] end) end)

      OneshotAI.Test.stub(:limits, [[per: "subject", kind: "usd", limit: 2.5, used: 1, reserved: 0]])
      OneshotAI.Test.stub(:usage, [[day: "2026-11-28", calls: 3, cost_usd: 0.01]])
      OneshotAI.Test.stub(:dry_run, [[provider: "claude", model: "claude-opus-5-5"]])

      OneshotAI.Test.stub(:fetch_answer, state: "completed", answer: "Hello!")
      OneshotAI.Test.stub(:cancel, state: "cancelled", cost: [currency: "USD", total: 0.01])

  Without a stub an answer is begun (`start_chat`) and cancelled; the server is healthy, has one
  provider with one model, and knows of no limits and no usage. `embed`, `dry_run` and `fetch_answer` need one.
  """
  @spec stub(function_name(), term()) :: :ok
  def stub(:chat, answers), do: stub(answers)
  def stub(name, answer) when name in @functions, do: Stubs.put(self(), name, {:always, answer})

  # `[error: :timeout]` is a list of one answer, `[text: "Hello!"]` is one answer.
  defp several?(answers) when is_list(answers) do
    not Keyword.keyword?(answers) or Keyword.has_key?(answers, :error) or
      Keyword.has_key?(answers, :cut)
  end

  defp several?(_one), do: false

  @doc "Raises if a list of answers given to `stub/1` has not been used up."
  @spec verify!() :: :ok
  def verify! do
    case Stubs.unused(self()) do
      0 -> :ok
      count -> raise "#{count} stubbed answers have not been used: that many calls are missing"
    end
  end

  @doc "Gives another process access to the answers of `owner`."
  @spec allow(pid(), pid()) :: :ok
  def allow(owner \\ self(), pid), do: Stubs.allow(owner, pid)

  @impl OneshotAI.Transport
  def open(%Request{url: %{path: path}} = request) do
    body = decode(request.body)
    name = function_name(request.method, path, body)

    {owner, answer} = Stubs.take!([self() | relatives()], name, Replies.default(name, body))
    if owner, do: send(owner, {:oneshot_ai_request, describe(request, name, body)})
    Player.play(answer, name, follow(body, path))
  end

  defp function_name(method, path, body) do
    cond do
      body["dry_run"] -> :dry_run
      body["background"] -> :start_chat
      path =~ ~r"/chat/[^/]+/events\z" -> :chat
      path =~ ~r"/chat/[^/]+\z" -> if(method == :delete, do: :cancel, else: :fetch_answer)
      String.ends_with?(path, "/chat") -> :chat
      String.ends_with?(path, "/embeddings") -> :embed
      String.ends_with?(path, "/health") -> :health
      String.ends_with?(path, "/limits") -> :limits
      String.ends_with?(path, "/usage") -> :usage
      String.ends_with?(path, "/providers") -> :list_providers
      String.ends_with?(path, "/models") -> :list_models
    end
  end

  # A GET asks for a stream too.
  defp follow(body, path),
    do: if(String.ends_with?(path, "/events"), do: Map.put(body, "stream", true), else: body)

  defp decode(""), do: %{}

  defp decode(body) do
    {:ok, body} = body |> IO.iodata_to_binary() |> JSON.decode()
    body
  end

  defp describe(request, name, body) do
    %{function: name, body: body, claims: request.claims, headers: Map.new(request.headers)}
  end

  defp relatives do
    for pid <- Process.get(:"$callers", []) ++ Process.get(:"$ancestors", []), is_pid(pid), do: pid
  end
end
