defmodule OneshotAI.Token.Cache do
  @moduledoc false
  # Keeps minted tokens until shortly before they expire. Callers use the table directly; this
  # process only owns it and removes expired tokens. If two processes mint at once, both tokens are
  # valid.

  use GenServer

  @sweep_ms :timer.minutes(1)

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "The token for `jwt`; `mint` makes one if there is none that lasts long enough."
  @spec fetch(keyword(), (keyword() -> {String.t(), integer()})) :: String.t()
  def fetch(jwt, mint) do
    # Hashed, because every process in the VM can read the table.
    key = :crypto.hash(:sha256, :erlang.term_to_binary(jwt))
    now = System.system_time(:second)

    case :ets.lookup(__MODULE__, key) do
      [{_key, token, renew_at}] when now < renew_at ->
        token

      _none ->
        {token, expires_at} = mint.(jwt)
        :ets.insert(__MODULE__, {key, token, expires_at - margin(jwt[:lifetime])})
        token
    end
  end

  # How long before its end a token is replaced: allows for transit and for clocks that differ.
  defp margin(lifetime), do: lifetime |> div(5) |> min(60) |> max(1)

  @impl GenServer
  def init(nil) do
    _table = :ets.new(__MODULE__, [:named_table, :public, read_concurrency: true])
    {:ok, nil, {:continue, :schedule}}
  end

  @impl GenServer
  def handle_continue(:schedule, state) do
    Process.send_after(self(), :sweep, @sweep_ms)
    {:noreply, state}
  end

  @impl GenServer
  def handle_info(:sweep, state) do
    :ets.select_delete(__MODULE__, [
      {{:_, :_, :"$1"}, [{:"=<", :"$1", System.system_time(:second)}], [true]}
    ])

    {:noreply, state, {:continue, :schedule}}
  end
end
