# A stand-in for :telemetry where it is not there: sends every event to the process that `attach/1` named last, for its own
# calls and those of the processes it started.
unless Code.ensure_loaded?(:telemetry) do
  defmodule :telemetry do
    @moduledoc false

    def execute(event, measurements, metadata) do
      for {pid, prefix} <- handlers(), List.starts_with?(event, prefix) do
        send(pid, {:telemetry, event, measurements, metadata})
      end

      :ok
    end

    def attach_many(_id, [event | _events], _fun, pid),
      do: :persistent_term.put(__MODULE__, [{pid, Enum.take(event, 1)}])

    def detach(_id), do: :persistent_term.put(__MODULE__, [])

    defp handlers, do: :persistent_term.get(__MODULE__, [])
  end
end
