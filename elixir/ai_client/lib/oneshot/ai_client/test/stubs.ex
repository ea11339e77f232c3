defmodule Oneshot.AIClient.Test.Stubs do
  @moduledoc false
  # Whose calls are answered with what. An owner's entries go when the owner ends.

  use GenServer

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @spec put(pid(), {:queue, [term()]} | {:always, term()}) :: :ok
  def put(owner, answers), do: GenServer.call(__MODULE__, {:put, owner, answers})

  @spec allow(pid(), pid()) :: :ok
  def allow(owner, pid), do: GenServer.call(__MODULE__, {:allow, owner, pid})

  @doc "The next answer for the first of these processes that has any, and its owner."
  @spec take!([pid()]) :: {pid(), term()}
  def take!(pids) do
    case GenServer.call(__MODULE__, {:take, pids}) do
      {:ok, owner, answer} ->
        {owner, answer}

      :none ->
        raise "no answer is stubbed for #{inspect(hd(pids))}: call Oneshot.AIClient.Test.stub/1, or allow/2 for this process"

      :used_up ->
        raise "every stubbed answer has been used: this is one call more than there are answers"
    end
  end

  @impl GenServer
  def init(nil), do: {:ok, %{answers: %{}, owners: %{}}}

  @impl GenServer
  def handle_call({:put, owner, answers}, _from, state) do
    if not is_map_key(state.answers, owner), do: Process.monitor(owner)
    {:reply, :ok, put_in(state.answers[owner], answers)}
  end

  def handle_call({:allow, owner, pid}, _from, state), do: {:reply, :ok, put_in(state.owners[pid], owner)}

  def handle_call({:take, pids}, _from, state) do
    owner =
      Enum.find_value(pids, fn pid ->
        owner = Map.get(state.owners, pid, pid)
        if is_map_key(state.answers, owner), do: owner
      end)

    case owner && state.answers[owner] do
      nil -> {:reply, :none, state}
      {:always, answer} -> {:reply, {:ok, owner, answer}, state}
      {:queue, []} -> {:reply, :used_up, state}
      {:queue, [answer | rest]} -> {:reply, {:ok, owner, answer}, put_in(state.answers[owner], {:queue, rest})}
    end
  end

  @impl GenServer
  def handle_info({:DOWN, _monitor, :process, owner, _reason}, state) do
    owners = for {pid, by} <- state.owners, by != owner, into: %{}, do: {pid, by}
    {:noreply, %{state | answers: Map.delete(state.answers, owner), owners: owners}}
  end
end
