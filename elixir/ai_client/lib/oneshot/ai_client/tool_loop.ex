defmodule Oneshot.AIClient.ToolLoop do
  @moduledoc false
  # Asks, runs what the model calls for, and asks again, until it answers without a call.

  alias Oneshot.AIClient.{Error, Message, Response, ToolCall, ToolRun, Usage}

  @type ask :: ([map()] -> {:ok, Response.t()} | {:error, Error.t()})

  @spec run([map()], [map()], pos_integer(), ask()) :: {:ok, ToolRun.t()} | {:error, Error.t()}
  def run(messages, tools, max_rounds, ask) do
    runnable = for tool <- tools, not opaque?(tool), into: %{}, do: {name(tool), check!(tool)}
    loop(%ToolRun{messages: messages}, runnable, max_rounds, ask)
  end

  # A vendor's own tool, which the vendor runs.
  defp opaque?(tool), do: (tool[:type] || tool["type"]) == "opaque"

  defp check!(tool) do
    if not is_function(tool[:run], 1),
      do: raise(ArgumentError, "the tool #{name(tool)} has no :run, a function of one argument")

    tool
  end

  defp name(tool), do: to_string(tool[:name])

  defp loop(%ToolRun{rounds: rounds, response: response} = run, _tools, rounds, _ask) do
    {:error,
     Error.new(:too_many_rounds, "(#{rounds} rounds)",
       partial: response,
       request_id: response.request_id,
       messages: run.messages
     )}
  end

  defp loop(run, tools, max_rounds, ask) do
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
          results = Enum.map(calls, &answer(&1, tools))
          loop(%{run | messages: run.messages ++ results}, tools, max_rounds, ask)
      end
    else
      {:error, error} -> {:error, %{error | messages: run.messages}}
    end
  end

  # What the model got wrong it is told, so that it can do better.
  defp answer(%ToolCall{name: name, arguments: arguments} = call, tools) do
    with %{^name => tool} <- tools,
         true <- ToolCall.readable?(call),
         [] <- required(tool) -- Map.keys(arguments) do
      to_message(call, tool[:run].(arguments))
    else
      %{} -> to_message(call, {:error, "There is no tool of this name."})
      false -> to_message(call, {:error, "The arguments are not a JSON object."})
      missing -> to_message(call, {:error, "Missing in the arguments: " <> Enum.join(missing, ", ") <> "."})
    end
  end

  defp required(tool) do
    parameters = Map.new(tool[:parameters] || %{})
    Enum.map(parameters[:required] || parameters["required"] || [], &to_string/1)
  end

  defp to_message(call, {:ok, result}), do: Message.tool_result(call, result)
  defp to_message(call, {:error, reason}), do: Message.tool_result(call, to_reason(reason), error?: true)
  defp to_message(call, result), do: Message.tool_result(call, result)

  defp to_reason(reason) when is_exception(reason), do: Exception.message(reason)
  defp to_reason(reason) when is_atom(reason), do: Atom.to_string(reason)
  defp to_reason(reason), do: reason
end
