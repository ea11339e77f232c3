defmodule OneshotAI.Telemetry.OpenSpans do
  @moduledoc false
  # Closes the spans of processes that end without doing so: killed, cancelled, or left. Otherwise
  # gauges of running calls would only ever rise.

  use GenServer

  alias OneshotAI.Telemetry

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "Watches the calling process until `remove/1`."
  @spec add(map()) :: :ok
  def add(span), do: GenServer.cast(__MODULE__, {:add, key(span), self(), span})

  # From the same process as `add/1`, so its messages arrive in order and before its `:DOWN`.
  @spec remove(map()) :: :ok
  def remove(span), do: GenServer.cast(__MODULE__, {:remove, key(span)})

  defp key(span), do: span.metadata.telemetry_span_context

  @impl GenServer
  def init(nil), do: {:ok, %{spans: %{}, monitors: %{}}}

  @impl GenServer
  def handle_cast({:add, key, pid, span}, state) do
    monitor = Process.monitor(pid)

    {:noreply,
     %{
       spans: Map.put(state.spans, key, {span, monitor}),
       monitors: Map.put(state.monitors, monitor, key)
     }}
  end

  def handle_cast({:remove, key}, state) do
    case Map.pop(state.spans, key) do
      {nil, _spans} ->
        {:noreply, state}

      {{_span, monitor}, spans} ->
        Process.demonitor(monitor, [:flush])
        {:noreply, %{spans: spans, monitors: Map.delete(state.monitors, monitor)}}
    end
  end

  @impl GenServer
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, state) do
    {key, monitors} = Map.pop(state.monitors, monitor)
    {{span, _monitor}, spans} = Map.pop(state.spans, key)
    Telemetry.abandon(span)
    {:noreply, %{spans: spans, monitors: monitors}}
  end
end
