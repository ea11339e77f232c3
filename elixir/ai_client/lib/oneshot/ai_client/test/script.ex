defmodule Oneshot.AIClient.Test.Script do
  @moduledoc false
  # What a test says of an answer → the bodies and events that a server would send.

  alias Oneshot.AIClient.{Error, JSON, Options}

  # What an answer and an error may say; anything else is a slip of the test's.
  @answer [
    text: {:text, "the answer's text."},
    reasoning: {:text, "what the model thought."},
    tool_calls: {:any, "a list of `[name: …, arguments: %{…}]`."},
    finish_reason: {:any, "why it ended."},
    usage: {:map, "the tokens."},
    warnings: {:any, "what the model could not take."}
  ]

  @error [
    message: {:text, "a sentence."},
    retryable?: {:boolean, "whether it may be tried again."},
    retry_after: {:any, "seconds."},
    request_id: {:text, "names the line of the log."},
    status: {:count, "the HTTP status."},
    param: {:text, "the field at fault."},
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
    {:ok, _status, cut} = error(:upstream_incomplete, [])

    Enum.take(events, div(length(events) + 1, 2)) ++
      [%{"type" => "error", "complete" => false, "error" => cut, "usage_complete" => false}]
  end

  @doc "A status and an error as the server would send it; or, where the client itself would find it, that error."
  @spec error(atom(), keyword()) :: {:ok, pos_integer(), map()} | {:error, Error.t()}
  def error(reason, fields) do
    if reason not in Error.reasons(), do: raise(ArgumentError, "#{inspect(reason)} is not a reason of an error")
    fields = Options.validate!(fields, @error, "a stubbed error")

    case Error.server_facts(reason) do
      nil -> {:error, Error.new(reason, nil, fields)}
      facts -> server_error(reason, facts, fields)
    end
  end

  defp server_error(reason, {status, retryable?}, fields) do
    {said, fields} = Keyword.split(fields, [:status, :retryable?])

    error =
      fields
      |> Map.new(fn {name, value} -> {Atom.to_string(name), value} end)
      |> Map.merge(%{"code" => Atom.to_string(reason), "retryable" => Keyword.get(said, :retryable?, retryable?)})

    {:ok, said[:status] || status, Map.merge(%{"message" => "Stubbed.", "request_id" => "test"}, error)}
  end

  @spec listing(String.t()) :: map()
  def listing(path) do
    provider = %{"name" => "test", "available" => true, "default_model" => "test"}
    model = %{"id" => "test", "provider" => "test", "available" => true, "default" => true}

    cond do
      String.ends_with?(path, "/health") -> %{"status" => "ok", "version" => "test", "runtime" => "test"}
      String.ends_with?(path, "/providers") -> %{"providers" => [provider]}
      String.ends_with?(path, "/models") -> %{"models" => [model]}
    end
  end

  defp describe(text) when is_binary(text), do: [text: text]
  defp describe(answer) when is_list(answer), do: Options.validate!(answer, @answer, "a stubbed answer")

  defp content(answer) do
    calls = Enum.with_index(answer[:tool_calls] || [], 1)

    if(answer[:reasoning], do: [%{"type" => "reasoning", "text" => answer[:reasoning]}], else: []) ++
      if(answer[:text], do: [%{"type" => "text", "text" => answer[:text]}], else: []) ++
      for {call, number} <- calls do
        call = Map.new(call)
        # As it would come over the wire: with string keys.
        {:ok, arguments} = (call[:arguments] || %{}) |> JSON.normalize() |> JSON.encode!() |> JSON.decode()

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
    start = part |> Map.take(["id", "name"]) |> Map.merge(%{"type" => "part-start", "index" => index, "kind" => kind})

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
      "usage" => answer[:usage] && Map.new(answer[:usage], fn {name, count} -> {to_string(name), count} end),
      "usage_complete" => answer[:usage] != nil,
      "cost" => nil,
      "warnings" => for(warning <- answer[:warnings] || [], do: Map.new(warning, fn {k, v} -> {to_string(k), v} end)),
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
