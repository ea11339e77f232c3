defmodule Oneshot.Web.Drain do
  @moduledoc false
  # When the release stops: waits for running answers, but not for ever.

  use GenServer, shutdown: 30_000

  @drain_ms 20_000

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @impl GenServer
  def init(nil) do
    Process.flag(:trap_exit, true)
    {:ok, nil}
  end

  @impl GenServer
  def terminate(_reason, _state) do
    monitors =
      for pid <- Task.Supervisor.children(Oneshot.Web.Connections), do: Process.monitor(pid)

    deadline = System.monotonic_time(:millisecond) + @drain_ms

    for monitor <- monitors do
      receive do
        {:DOWN, ^monitor, :process, _pid, _reason} -> :ok
      after
        max(deadline - System.monotonic_time(:millisecond), 0) -> :ok
      end
    end
  end
end
