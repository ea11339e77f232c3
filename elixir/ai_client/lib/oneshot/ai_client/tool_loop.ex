defmodule Oneshot.AIClient.ToolLoop do
  @moduledoc false
  # Asks, runs what the model calls for, and asks again, until it answers without a call.

  alias Oneshot.AIClient.{Error, Message, Response, ToolCall, ToolRun, Usage}

  @type ask :: ([map()] -> {:ok, Response.t()} | {:error, Error.t()})

  @spec run([map()], [map()], pos_integer(), ask()) :: {:ok, ToolRun.t()} | {:error, Error.t()}
  def run(messages, tools, max_rounds, ask) do
    functions = for tool <- tools, run = tool[:run], into: %{}, do: {tool[:name], run}
    loop(%ToolRun{messages: messages}, functions, max_rounds, ask)
  end

  defp loop(%ToolRun{rounds: rounds, response: response}, _functions, rounds, _ask) do
    {:error, Error.new(:too_many_rounds, "(#{rounds} rounds)", partial: response, request_id: response.request_id)}
  end

  defp loop(run, functions, max_rounds, ask) do
    with {:ok, response} <- ask.(run.messages) do
      run = %ToolRun{
        response: response,
        messages: run.messages ++ [response.message],
        rounds: run.rounds + 1,
        usage: Usage.add(run.usage, response.usage)
      }

      case response.tool_calls do
        [] ->
          {:ok, run}

        calls ->
          results = Enum.map(calls, &answer(&1, functions))
          loop(%{run | messages: run.messages ++ results}, functions, max_rounds, ask)
      end
    end
  end

  defp answer(%ToolCall{name: name, arguments: arguments} = call, functions) do
    case functions do
      %{^name => function} -> to_message(call, function.(arguments))
      _unknown -> Message.tool_result(call, "There is no tool of this name.", error?: true)
    end
  end

  defp to_message(call, {:ok, result}), do: Message.tool_result(call, result)
  defp to_message(call, {:error, reason}) when is_atom(reason), do: to_message(call, {:error, Atom.to_string(reason)})
  defp to_message(call, {:error, reason}), do: Message.tool_result(call, reason, error?: true)
  defp to_message(call, result), do: Message.tool_result(call, result)
end
