defmodule OneshotAI.Test.Stubs do
  @moduledoc false
  # Which process's calls get which answers. An owner's answers go when it ends. Started by the
  # first test that needs it.

  use GenServer

  @type answers :: {:queue, [term()]} | {:always, term()}

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @spec put(pid(), atom(), answers()) :: :ok
  def put(owner, function, answers), do: call({:put, owner, function, answers})

  @spec allow(pid(), pid()) :: :ok
  def allow(owner, pid), do: call({:allow, owner, pid})

  @doc "How many answers of this owner's lists are left."
  @spec unused(pid()) :: non_neg_integer()
  def unused(owner), do: call({:unused, owner})

  @doc """
  The next answer for the first of these processes that has any, and its owner; else the default.
  """
  @spec take!([pid()], atom(), {:ok, term()} | :none) :: {pid() | nil, term()}
  def take!(pids, function, default) do
    case {call({:take, pids, function}), default} do
      {{:ok, owner, answer}, _default} ->
        {owner, answer}

      {{:none, owner}, {:ok, answer}} ->
        {owner, answer}

      {{:none, _owner}, :none} ->
        raise "no answer is stubbed for #{inspect(hd(pids))} and #{inspect(function)}: call " <>
                "OneshotAI.Test.stub, or allow/2 for this process"

      {:used_up, _default} ->
        raise "every stubbed answer has been used: this is one call more than there are answers"
    end
  end

  defp call(request) do
    # It may be running already.
    _started = Supervisor.start_child(OneshotAI.Supervisor, __MODULE__)
    GenServer.call(__MODULE__, request)
  end

  @impl GenServer
  def init(nil), do: {:ok, %{answers: %{}, owners: %{}}}

  @impl GenServer
  def handle_call({:put, owner, function, answers}, _from, state) do
    _monitor = if not is_map_key(state.answers, owner), do: Process.monitor(owner)
    own = state.answers |> Map.get(owner, %{}) |> Map.put(function, answers)
    {:reply, :ok, put_in(state.answers[owner], own)}
  end

  def handle_call({:allow, owner, pid}, _from, state) do
    {:reply, :ok, put_in(state.owners[pid], owner)}
  end

  def handle_call({:unused, owner}, _from, state) do
    queues = for {_function, {:queue, left}} <- state.answers[owner] || %{}, do: length(left)
    {:reply, Enum.sum(queues), state}
  end

  def handle_call({:take, pids, function}, _from, state) do
    owner =
      Enum.find_value(pids, fn pid ->
        owner = Map.get(state.owners, pid, pid)
        if is_map_key(state.answers, owner), do: owner
      end)

    case owner && state.answers[owner][function] do
      nil ->
        {:reply, {:none, owner}, state}

      {:always, answer} ->
        {:reply, {:ok, owner, answer}, state}

      {:queue, []} ->
        {:reply, :used_up, state}

      {:queue, [answer | rest]} ->
        {:reply, {:ok, owner, answer}, put_in(state.answers[owner][function], {:queue, rest})}
    end
  end

  @impl GenServer
  def handle_info({:DOWN, _monitor, :process, owner, _reason}, state) do
    owners = for {pid, by} <- state.owners, by != owner, into: %{}, do: {pid, by}
    {:noreply, %{state | answers: Map.delete(state.answers, owner), owners: owners}}
  end
end
