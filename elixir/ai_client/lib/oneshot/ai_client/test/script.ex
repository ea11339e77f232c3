defmodule Oneshot.AIClient.Test.Script do
  @moduledoc false
  # What a test says of an answer → the bodies and events that a server would send.

  alias Oneshot.AIClient.{Error, JSON}

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
      [%{"type" => "error", "complete" => false, "error" => error(:upstream_incomplete, []), "usage_complete" => false}]
  end

  @spec error(atom(), keyword()) :: map()
  def error(reason, fields) do
    if reason not in Error.reasons(), do: raise(ArgumentError, "#{inspect(reason)} is not a reason of an error")
    {retryable?, fields} = fields |> Map.new() |> Map.pop(:retryable?, false)

    fields
    |> Map.take([:message, :retry_after, :request_id, :param])
    |> Map.new(fn {name, value} -> {Atom.to_string(name), value} end)
    |> Map.merge(%{"code" => Atom.to_string(reason), "retryable" => retryable?})
    |> then(&Map.merge(%{"message" => "Stubbed.", "request_id" => "test"}, &1))
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
  defp describe(answer) when is_list(answer), do: answer

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
