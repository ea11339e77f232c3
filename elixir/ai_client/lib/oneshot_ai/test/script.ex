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

  @doc "The fields as they are in JSON."
  @spec with_string_names(map() | keyword()) :: map()
  def with_string_names(fields) do
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
