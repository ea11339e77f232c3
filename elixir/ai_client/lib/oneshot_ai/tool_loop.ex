defmodule OneshotAI.ToolLoop do
  @moduledoc false
  # Asks, runs the tools that the model calls, and asks again until it answers without a call. Lazy:
  # a stream of the events of all rounds.

  alias OneshotAI.{Cost, Error, Event, Options, ToolRun, ToolTask, Usage}

  @options [
    max_rounds: {:count, "how often the model may be called. Default: 10."},
    max_concurrency: {:count, "how many tools may run at once. Default: 8; 1 runs them in order."},
    tool_timeout:
      {:milliseconds,
       "how long a tool may run; then it is killed and the model sees a failure. Default: 60,000."}
  ]
  @defaults [max_rounds: 10, max_concurrency: 8, tool_timeout: 60_000]

  @typedoc "The events of one answer; the last is `Event.Done` or `{:error, error}`."
  @type ask :: ([map()] -> Enumerable.t())

  @spec docs() :: String.t()
  def docs, do: Options.docs(@options)

  @doc "Splits the loop's options from those of the chat."
  @spec split!(keyword()) :: {keyword(), keyword()}
  def split!(opts) do
    {own, chat} = Keyword.split(opts, Keyword.keys(@options))
    {Keyword.merge(@defaults, Options.validate!(own, @options, "a tool run")), chat}
  end

  @spec stream([map()], [map()], keyword(), ask()) :: Enumerable.t()
  def stream(messages, tools, opts, ask) do
    runnable = for tool <- tools, not opaque?(tool), into: %{}, do: {name(tool), check!(tool)}
    round(%ToolRun{messages: messages}, %{tools: runnable, ask: ask, opts: opts})
  end

  @doc "The whole run: reads the stream to its end."
  @spec run([map()], [map()], keyword(), ask()) :: {:ok, ToolRun.t()} | {:error, Error.t()}
  def run(messages, tools, opts, ask) do
    messages
    |> stream(tools, opts, ask)
    |> Enum.reduce(nil, fn element, _last -> element end)
    |> case do
      %Event.Done{run: run} -> {:ok, run}
      {:error, error} -> {:error, error}
    end
  end

  # A vendor's own tool, which the vendor runs.
  defp opaque?(tool), do: (tool[:type] || tool["type"]) == "opaque"

  defp check!(tool) do
    if not is_function(tool[:run], 1),
      do: raise(ArgumentError, "the tool #{name(tool)} has no :run, a function of one argument")

    tool
  end

  defp name(tool), do: to_string(tool[:name])

  defp round(run, loop) do
    fn -> loop.ask.(run.messages) end
    |> lazily()
    |> Stream.flat_map(fn
      %Event.Done{response: response} -> run |> add(response) |> continue(loop)
      {:error, error} -> [{:error, %{error | messages: run.messages}}]
      event -> [event]
    end)
  end

  # The function runs when the first element is wanted.
  defp lazily(fun), do: Stream.flat_map([fun], & &1.())

  defp add(run, response) do
    %ToolRun{
      response: response,
      messages: run.messages ++ [response.message],
      rounds: run.rounds + 1,
      usage: Usage.add(run.usage, response.usage),
      cost: Cost.add(run.cost, response.cost)
    }
  end

  defp continue(%ToolRun{response: %{tool_calls: []} = response} = run, _loop) do
    [%Event.Done{response: response, run: run}]
  end

  defp continue(%ToolRun{response: %{tool_calls: calls} = response} = run, loop) do
    started = Enum.map(calls, &%Event.ToolStart{call: &1})
    stopped = ToolTask.stream(calls, loop.tools, loop.opts)

    [
      [%Event.Round{number: run.rounds, response: response} | started],
      Stream.concat(stopped, [:all_stopped])
    ]
    |> Stream.concat()
    |> Stream.transform([], fn
      %Event.ToolStop{} = stop, stops -> {[stop], [stop | stops]}
      :all_stopped, stops -> {next(add_results(run, calls, stops), loop), []}
      event, stops -> {[event], stops}
    end)
  end

  # In the order of the calls, whatever the order in which they finished.
  defp add_results(run, calls, stops) do
    results =
      for call <- calls do
        %Event.ToolStop{message: message} = Enum.find(stops, &(&1.call == call))
        message
      end

    %{run | messages: run.messages ++ results}
  end

  defp next(%ToolRun{rounds: rounds, response: response} = run, loop) do
    if rounds < loop.opts[:max_rounds] do
      round(run, loop)
    else
      error =
        Error.new(:too_many_rounds, "(#{rounds} rounds)",
          partial: response,
          request_id: response.request_id,
          messages: run.messages
        )

      [{:error, error}]
    end
  end
end
