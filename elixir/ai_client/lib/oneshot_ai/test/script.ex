defmodule OneshotAI.Test.Script do
  @moduledoc false
  # A stubbed answer → the body or events that a server would send.

  alias OneshotAI.Error.Reasons
  alias OneshotAI.{Error, JSON, Options}

  # The fields of an answer and of an error. Anything else is a mistake in the test.
  @answer [
    text: {:string, "the answer's text."},
    reasoning: {:string, "what the model thought."},
    tool_calls: {:any, "a list of `[name: …, arguments: %{…}]`."},
    finish_reason: {:any, "why it ended."},
    usage: {:map, "the tokens."},
    cost: {:map, "the price, such as `[currency: \"USD\", total: 0.01]`."},
    warnings: {:any, "what the model does not support."}
  ]

  @error [
    message: {:string, "a sentence for people."},
    retryable?: {:boolean, "whether it may be tried again."},
    retry_after: {:any, "seconds."},
    request_id: {:string, "identifies the call in the log."},
    status: {:count, "the HTTP status."},
    param: {:string, "the field at fault."},
    limit: {:map, "the limit that refused the call."},
    upstream: {:map, "the vendor's side."}
  ]

  @spec response(String.t() | keyword(), map()) :: map()
  def response(answer, request) do
    answer = describe(answer)
    content = content(answer)

    ending(answer, request)
    |> Map.merge(%{
      "role" => "assistant",
      "text" => answer[:text] || "",
      "content" => content,
      "tool_calls" => for(%{"type" => "tool_call"} = part <- content, do: Map.delete(part, "type"))
    })
  end

  @spec events(String.t() | keyword(), map()) :: [map()]
  def events(answer, request) do
    beginning(answer, request) ++
      [Map.merge(ending(describe(answer), request), %{"type" => "done", "complete" => true})]
  end

  @spec cut_events(String.t() | keyword(), map()) :: [map()]
  def cut_events(answer, request) do
    events = beginning(answer, request)

    Enum.take(events, div(length(events) + 1, 2)) ++
      [failure(%{"type" => "error", "reason" => :upstream_incomplete})]
  end

  @doc "A stream's last event, if it names the reason of a failure; any other step as it is."
  @spec failure(term()) :: term()
  def failure(%{"type" => "error", "reason" => reason}) do
    {:ok, _status, error} = error(reason, [])
    %{"type" => "error", "complete" => false, "error" => error, "usage_complete" => false}
  end

  def failure(step), do: step

  @doc "The whole answer of these events, of which `done` is the last."
  @spec whole([term()], map()) :: map()
  def whole(events, done) do
    content =
      for %{"type" => "part-start", "index" => index} = start <- events do
        written =
          for %{"type" => "part-delta", "index" => ^index, "delta" => delta} <- events,
              into: "",
              do: delta

        part = %{"type" => start["kind"]} |> Map.merge(Map.take(start, ["id", "name"]))

        if start["kind"] == "tool_call" do
          {:ok, arguments} = JSON.decode(written)
          Map.put(part, "arguments", arguments)
        else
          Map.put(part, "text", written)
        end
      end

    done
    |> Map.drop(["type", "complete"])
    |> Map.merge(%{
      "role" => "assistant",
      "text" => for(%{"type" => "text", "text" => text} <- content, into: "", do: text),
      "content" => content,
      "tool_calls" => for(%{"type" => "tool_call"} = part <- content, do: Map.delete(part, "type"))
    })
  end

  @doc "A status and an error as the server would send it, or an error of the client's own."
  @spec error(atom(), keyword()) :: {:ok, pos_integer(), map()} | {:error, Error.t()}
  def error(reason, fields) do
    if reason not in Error.reasons(),
      do: raise(ArgumentError, "#{inspect(reason)} is not a reason of an error")

    fields = Options.validate!(fields, @error, "a stubbed error")

    case Reasons.server()[reason] do
      nil -> {:error, Error.new(reason, nil, fields)}
      facts -> server_error(reason, facts, fields)
    end
  end

  defp server_error(reason, {status, retryable?}, fields) do
    {overrides, fields} = Keyword.split(fields, [:status, :retryable?])

    error =
      fields
      |> with_string_names()
      |> JSON.normalize()
      |> Map.put("code", Atom.to_string(reason))
      |> Map.put("retryable", Keyword.get(overrides, :retryable?, retryable?))

    defaults = %{"message" => "Stubbed.", "request_id" => "test"}
    {:ok, overrides[:status] || status, Map.merge(defaults, error)}
  end

  @doc "The answer to a function that is not stubbed."
  @spec default(atom(), map()) :: {:ok, term()} | :none
  def default(:health, _body), do: {:ok, []}
  def default(:list_providers, _body), do: {:ok, [[name: "test", default_model: "test"]]}
  def default(:list_models, _body), do: {:ok, [[id: "test", provider: "test", default: true]]}
  def default(name, _body) when name in [:limits, :usage], do: {:ok, []}
  def default(:start_chat, _body), do: {:ok, [state: "running"]}
  def default(:cancel, _body), do: {:ok, [state: "cancelled"]}

  # As the server's provider echo does.
  def default(:chat, %{"messages" => messages} = body) do
    case {body["provider"], body["model"]} do
      {"echo", _model} -> {:ok, last_text(messages)}
      {nil, "echo/" <> _model} -> {:ok, last_text(messages)}
      _other -> :none
    end
  end

  def default(_function, _body), do: :none

  defp last_text(messages) do
    messages
    |> Enum.filter(&(&1["role"] == "user"))
    |> List.last(%{"role" => "user", "content" => ""})
    |> OneshotAI.Message.text()
  end

  @doc "The body with which a server would answer another function than chat."
  @spec body(atom(), term(), map()) :: map()
  def body(:health, fields, _request) do
    %{"status" => "ok", "version" => "test", "runtime" => "test"}
    |> Map.merge(with_string_names(fields))
  end

  def body(:list_providers, items, _request), do: %{"providers" => Enum.map(items, &listed/1)}
  def body(:list_models, items, _request), do: %{"models" => Enum.map(items, &listed/1)}

  def body(name, fields, request) when name in [:start_chat, :fetch_answer, :cancel] do
    {answer, fields} = Keyword.pop(fields, :answer)

    %{"request_id" => "test", "state" => "completed", "stream" => false}
    |> Map.merge(fields |> with_string_names() |> JSON.normalize())
    |> Map.put("answer", answer && response(answer, request))
  end

  def body(:limits, items, _request), do: %{"limits" => Enum.map(items, &with_string_names/1)}

  def body(:usage, rows, _request) do
    rows = Enum.map(rows, &with_string_names/1)

    sums =
      Enum.reduce(rows, %{}, fn row, sums ->
        for {name, value} <- row,
            is_number(value),
            into: sums,
            do: {name, value + (sums[name] || 0)}
      end)

    %{"data" => rows, "totals" => sums, "next_page" => nil}
  end

  def body(:dry_run, targets, _request) do
    defaults = %{"warnings" => [], "error" => nil, "estimated_cost" => nil}
    targets = Enum.map(targets, &Map.merge(defaults, with_string_names(&1)))

    %{
      "dry_run" => true,
      "request_id" => "test",
      "targets" => targets,
      "skipped" => [],
      "limits" => []
    }
  end

  def body(:embed, vectors, request) do
    data =
      for {vector, index} <- Enum.with_index(vectors),
          do: %{"object" => "embedding", "index" => index, "embedding" => vector}

    %{
      "object" => "list",
      "model" => request["model"],
      "data" => data,
      "usage" => %{"prompt_tokens" => length(data), "total_tokens" => length(data)}
    }
  end

  defp listed(item), do: Map.merge(%{"available" => true}, with_string_names(item))

  defp with_string_names(fields) do
    Map.new(fields, fn {name, value} -> {to_string(name), value} end)
  end

  defp describe(text) when is_binary(text), do: [text: text]

  defp describe(answer) when is_list(answer),
    do: Options.validate!(answer, @answer, "a stubbed answer")

  defp content(answer) do
    calls = Enum.with_index(answer[:tool_calls] || [], 1)

    if(answer[:reasoning], do: [%{"type" => "reasoning", "text" => answer[:reasoning]}], else: []) ++
      if(answer[:text], do: [%{"type" => "text", "text" => answer[:text]}], else: []) ++
      for {call, number} <- calls do
        call = Map.new(call)
        # As it would come over the wire: with string keys.
        {:ok, arguments} =
          (call[:arguments] || %{}) |> JSON.normalize() |> JSON.encode!() |> JSON.decode()

        %{
          "type" => "tool_call",
          "id" => call[:id] || "call_#{number}",
          "name" => to_string(call[:name]),
          "arguments" => arguments
        }
      end
  end

  defp beginning(answer, request) do
    parts = answer |> describe() |> content() |> Enum.with_index()
    [Map.put(identity(request), "type", "start") | Enum.flat_map(parts, &part_events/1)]
  end

  defp part_events({%{"type" => kind} = part, index}) do
    start =
      part
      |> Map.take(["id", "name"])
      |> Map.merge(%{"type" => "part-start", "index" => index, "kind" => kind})

    deltas =
      for [word] <- Regex.scan(~r/\s*\S+|\s+$/u, part["text"] || JSON.encode!(part["arguments"])) do
        %{"type" => "part-delta", "index" => index, "kind" => kind, "delta" => word}
      end

    [start] ++ deltas ++ [%{"type" => "part-end", "index" => index}]
  end

  defp ending(answer, request) do
    finish_reason = answer[:finish_reason] || if answer[:tool_calls], do: :tool_calls, else: :stop

    Map.merge(identity(request), %{
      "finish_reason" => to_string(finish_reason),
      "raw_finish_reason" => nil,
      "usage" => answer[:usage] && with_string_names(answer[:usage]),
      "usage_complete" => answer[:usage] != nil,
      "cost" => answer[:cost] && with_string_names(answer[:cost]),
      "warnings" => Enum.map(answer[:warnings] || [], &with_string_names/1),
      "attempts" => []
    })
  end

  defp identity(request) do
    %{
      "id" => "test",
      "request_id" => "test",
      "provider" => request["provider"] || "test",
      "model" => request["model"] || "test"
    }
  end
end
