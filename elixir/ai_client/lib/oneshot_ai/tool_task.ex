defmodule OneshotAI.ToolTask do
  @moduledoc false
  # Runs the tools of one answer, each in a supervised process that ends with the caller.

  alias OneshotAI.{Event, Message, Schema, Telemetry, ToolCall, ToolTasks}

  @doc "An `Event.ToolStop` for each call, in order of completion."
  @spec stream([ToolCall.t()], %{String.t() => map()}, keyword()) :: Enumerable.t()
  def stream(calls, tools, opts) do
    ToolTasks
    |> Task.Supervisor.async_stream(calls, &run(&1, tools[&1.name], opts),
      max_concurrency: opts[:max_concurrency],
      ordered: false,
      # The task bounds the tool, not itself.
      timeout: :infinity
    )
    |> Stream.map(fn
      {:ok, {:raised, kind, reason, stacktrace}} -> :erlang.raise(kind, reason, stacktrace)
      {:ok, %Event.ToolStop{} = stop} -> stop
    end)
  end

  defp run(call, tool, opts) do
    started_at = System.monotonic_time(:millisecond)
    span = Telemetry.start_tool(call)

    {outcome, message} = Telemetry.report_exceptions(span, fn -> answer(call, tool, opts) end)

    Telemetry.stop_tool(span, outcome)

    %Event.ToolStop{
      call: call,
      message: message,
      error?: outcome != :ok,
      duration_ms: System.monotonic_time(:millisecond) - started_at
    }
  catch
    # An exception in a linked task would kill the caller; this way it can be raised there.
    kind, reason -> {:raised, kind, reason, __STACKTRACE__}
  end

  # The model sees its own mistakes, so that it can correct them.
  defp answer(call, nil, _opts), do: failure(call, "There is no tool of this name.")

  defp answer(call, tool, opts) do
    with true <- ToolCall.readable?(call),
         [] <- Schema.errors(call.arguments, tool[:parameters]) do
      run_in_time(call, tool, tool[:timeout] || opts[:tool_timeout])
    else
      false -> failure(call, "The arguments are not a JSON object.")
      errors -> failure(call, "The arguments are wrong: " <> Enum.join(errors, "; ") <> ".")
    end
  end

  defp run_in_time(call, tool, :infinity), do: to_message(call, tool[:run].(call.arguments))

  defp run_in_time(call, tool, timeout) do
    task = Task.async(fn -> catching(fn -> tool[:run].(call.arguments) end) end)

    case Task.yield(task, timeout) || Task.shutdown(task, :brutal_kill) do
      {:ok, {:returned, result}} ->
        to_message(call, result)

      {:ok, {:raised, kind, reason, stacktrace}} ->
        :erlang.raise(kind, reason, stacktrace)

      nil ->
        message = Message.tool_result(call, "The tool did not finish in time.", error?: true)
        {:timeout, message}
    end
  end

  defp catching(fun) do
    {:returned, fun.()}
  catch
    kind, reason -> {:raised, kind, reason, __STACKTRACE__}
  end

  defp to_message(call, {:ok, result}), do: {:ok, encode(call, result, [])}
  defp to_message(call, {:error, reason}), do: failure(call, to_reason(reason))
  defp to_message(call, result), do: {:ok, encode(call, result, [])}

  defp failure(call, reason), do: {:error, encode(call, reason, error?: true)}

  defp encode(call, result, opts) do
    Message.tool_result(call, result, opts)
  rescue
    error ->
      message = "the result of the tool #{call.name} cannot be encoded as JSON: "
      reraise ArgumentError, [message: message <> Exception.message(error)], __STACKTRACE__
  end

  defp to_reason(reason) when is_exception(reason), do: Exception.message(reason)
  defp to_reason(reason) when is_atom(reason), do: Atom.to_string(reason)
  defp to_reason(reason), do: reason
end
