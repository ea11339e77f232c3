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
    * a function of one argument - receives the request's body, a map with string keys, and returns
      one of the above.
    * a list of these - one for each call, in order. A further call raises, and `verify!/0` raises
      if calls are missing.

  For `OneshotAI.chat_object/4` the text is the JSON.

  ## Which process

  Answers belong to the process that called `stub/1` and to the processes that it started with
  `Task`, `GenServer` and the like, so tests may be `async: true`. Give other processes access with
  `allow/2`.

  For every call the owner receives `{:oneshot_ai_request, request}`, a map with

    * `:function` - `:chat` (for all functions that chat), `:embed`, `:health`, `:list_providers` or
      `:list_models`,
    * `:body` - the request's body, a map with string keys,
    * `:claims` - the claims that the call added to its token, with string keys,
    * `:headers` - a map, such as `%{"idempotency-key" => "order-17"}`.
  """

  @behaviour OneshotAI.Transport

  alias OneshotAI.JSON
  alias OneshotAI.Test.{Script, Stubs}
  alias OneshotAI.Transport.{Request, Response}

  @functions [:chat, :embed, :health, :list_providers, :list_models]

  @type answer ::
          String.t()
          | keyword()
          | {:error, atom()}
          | {:error, atom(), keyword()}
          | {:cut, String.t() | keyword()}
          | (map() -> answer())

  @type function_name :: :chat | :embed | :health | :list_providers | :list_models

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

  Without a stub the server is healthy and has one provider with one model. `embed` needs one.
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
    name = function_name(path)
    body = decode(request.body)

    {owner, answer} = Stubs.take!([self() | relatives()], name, Script.default(name))
    if owner, do: send(owner, {:oneshot_ai_request, describe(request, name, body)})
    answer |> resolve(body) |> play(name, body)
  end

  defp function_name(path) do
    cond do
      String.ends_with?(path, "/chat") -> :chat
      String.ends_with?(path, "/embeddings") -> :embed
      String.ends_with?(path, "/health") -> :health
      String.ends_with?(path, "/providers") -> :list_providers
      String.ends_with?(path, "/models") -> :list_models
    end
  end

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

  defp resolve(fun, body) when is_function(fun, 1), do: body |> fun.() |> resolve(body)
  defp resolve(answer, _body), do: answer

  defp play({:error, reason}, name, body), do: play({:error, reason, []}, name, body)

  defp play({:error, reason, fields}, _name, _body) do
    with {:ok, status, error} <- Script.error(reason, fields), do: json(status, %{"error" => error})
  end

  defp play({:cut, answer}, :chat, %{"stream" => true} = body) do
    events(Script.cut_events(answer, body))
  end

  defp play({:cut, _answer}, :chat, body), do: play({:error, :upstream_incomplete}, :chat, body)
  defp play(answer, :chat, %{"stream" => true} = body), do: events(Script.events(answer, body))
  defp play(answer, :chat, body), do: json(200, Script.response(answer, body))
  defp play(answer, name, body), do: json(200, Script.body(name, answer, body))

  defp json(status, body), do: respond(status, "application/json", [JSON.encode!(body)])

  defp events(events) do
    pieces = Enum.map(events, &"event: #{&1["type"]}\ndata: #{JSON.encode!(&1)}\n\n")
    respond(200, "text/event-stream", pieces)
  end

  defp respond(status, type, pieces) do
    {:ok,
     %Response{
       status: status,
       headers: [{"content-type", type}],
       next: Response.pieces(pieces),
       close: fn -> :ok end
     }}
  end
end
