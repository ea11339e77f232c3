defmodule Oneshot.AIClient.Test do
  @moduledoc """
  Answers for your own tests, without a server.

      # config/test.exs
      config :oneshot, :ai_client, transport: Oneshot.AIClient.Test

      # a test
      test "greets" do
        Oneshot.AIClient.Test.stub("Hello!")
        assert MyApp.greet() == "Hello!"
        assert_received {:ai_client_request, %{"messages" => [%{"content" => "Greet me"}]}}
      end

  Everything but the network is the real thing: requests are encoded, answers and streams decoded, as with a server.

  ## Answers

    * a text - the answer's text.
    * a keyword list - `:text`, `:reasoning`, `:tool_calls` (a list of `[name: …, arguments: %{…}]`), `:finish_reason`,
      `:usage` (a map), `:warnings`.
    * `{:error, reason}`, or `{:error, reason, fields}` with fields of `Oneshot.AIClient.Error` such as `retry_after: 3`;
      `:status` and `:retryable?` are those of the real error, unless they are given.
    * `{:cut, answer}` - a stream that breaks off half-way (`:upstream_incomplete`).
    * a function of one argument: gets the request's body, a map with string keys, and gives one of the above.
    * a list of these: one for each call, in order. One call more raises.

  ## Whose answers

  They are those of the process that called `stub/1`, and of the processes that it started by `Task`, `GenServer` and the
  like, so tests may run at the same time. Other processes take part by `allow/2`. The owner gets `{:ai_client_request, body}`
  for every call.
  """

  @behaviour Oneshot.AIClient.Transport

  alias Oneshot.AIClient.JSON
  alias Oneshot.AIClient.Test.{Script, Stubs}
  alias Oneshot.AIClient.Transport.{Answer, Request}

  @type answer ::
          String.t()
          | keyword()
          | {:error, atom()}
          | {:error, atom(), keyword()}
          | {:cut, String.t() | keyword()}
          | (map() -> answer())

  @doc """
  Sets what calls of this process are answered with, in place of what was set before.

      iex> Oneshot.AIClient.Test.stub("Hello!")
      iex> client = Oneshot.AIClient.Client.new(transport: Oneshot.AIClient.Test)
      iex> Oneshot.AIClient.chat_text("claude", "Hi", client: client)
      {:ok, "Hello!"}

      iex> Oneshot.AIClient.Test.stub(fn %{"model" => model} -> "I am " <> model end)
      iex> client = Oneshot.AIClient.Client.new(transport: Oneshot.AIClient.Test)
      iex> Oneshot.AIClient.stream_text("claude", "Hi", model: "opus", client: client) |> Enum.to_list()
      ["I", " am", " opus"]
  """
  @spec stub(answer() | [answer()]) :: :ok
  def stub(answers), do: Stubs.put(self(), if(several?(answers), do: {:queue, answers}, else: {:always, answers}))

  # `[error: :timeout]` is a list of one answer, `[text: "Hello!"]` is one answer.
  defp several?(answers) when is_list(answers) do
    not Keyword.keyword?(answers) or Keyword.has_key?(answers, :error) or Keyword.has_key?(answers, :cut)
  end

  defp several?(_one), do: false

  @doc "Lets another process have the answers of `owner`."
  @spec allow(pid(), pid()) :: :ok
  def allow(owner \\ self(), pid), do: Stubs.allow(owner, pid)

  @impl Oneshot.AIClient.Transport
  def open(%Request{url: %{path: path}} = request) do
    if String.ends_with?(path, "/chat") do
      {:ok, body} = request.body |> IO.iodata_to_binary() |> JSON.decode()
      {owner, answer} = Stubs.take!([self() | relatives()])
      send(owner, {:ai_client_request, body})
      answer |> resolve(body) |> play(body)
    else
      json(200, Script.listing(path))
    end
  end

  defp relatives do
    for pid <- Process.get(:"$callers", []) ++ Process.get(:"$ancestors", []), is_pid(pid), do: pid
  end

  defp resolve(fun, body) when is_function(fun, 1), do: body |> fun.() |> resolve(body)
  defp resolve(answer, _body), do: answer

  defp play({:error, reason}, body), do: play({:error, reason, []}, body)

  defp play({:error, reason, fields}, _body) do
    with {:ok, status, error} <- Script.error(reason, fields), do: json(status, %{"error" => error})
  end

  defp play({:cut, answer}, %{"stream" => true} = body), do: events(Script.cut_events(answer, body))
  defp play({:cut, _answer}, body), do: play({:error, :upstream_incomplete}, body)
  defp play(answer, %{"stream" => true} = body), do: events(Script.events(answer, body))
  defp play(answer, body), do: json(200, Script.response(answer, body))

  defp json(status, body), do: answer(status, "application/json", [JSON.encode!(body)])

  defp events(events) do
    answer(200, "text/event-stream", Enum.map(events, &"event: #{&1["type"]}\ndata: #{JSON.encode!(&1)}\n\n"))
  end

  defp answer(status, type, pieces) do
    {:ok,
     %Answer{
       status: status,
       headers: [{"content-type", type}],
       next: Answer.pieces(pieces),
       close: fn -> :ok end
     }}
  end
end
