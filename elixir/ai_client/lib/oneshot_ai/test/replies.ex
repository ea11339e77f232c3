defmodule OneshotAI.Test.Replies do
  @moduledoc false
  # What is answered to functions other than chats, and without a stub.

  alias OneshotAI.JSON
  alias OneshotAI.Test.Script

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
    |> Map.merge(Script.with_string_names(fields))
  end

  def body(:list_providers, items, _request), do: %{"providers" => Enum.map(items, &listed/1)}
  def body(:list_models, items, _request), do: %{"models" => Enum.map(items, &listed/1)}

  def body(name, fields, request) when name in [:start_chat, :fetch_answer, :cancel] do
    {answer, fields} = Keyword.pop(fields, :answer)

    %{"request_id" => "test", "state" => "completed", "stream" => false}
    |> Map.merge(fields |> Script.with_string_names() |> JSON.normalize())
    |> Map.put("answer", answer && Script.response(answer, request))
  end

  def body(:limits, items, _request),
    do: %{"limits" => Enum.map(items, &Script.with_string_names/1)}

  def body(:usage, rows, _request) do
    rows = Enum.map(rows, &Script.with_string_names/1)

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
    targets = Enum.map(targets, &Map.merge(defaults, Script.with_string_names(&1)))

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

  defp listed(item), do: Map.merge(%{"available" => true}, Script.with_string_names(item))
end
