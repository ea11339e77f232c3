defmodule Oneshot.AIClient.Token.Cache do
  @moduledoc false
  # Minted tokens until shortly before they expire. Readers and writers go to the table directly; this process only owns it,
  # and clears away what has expired. Two processes that mint at the same time do no harm: both tokens are good.

  use GenServer

  @sweep_ms :timer.minutes(1)

  @spec start_link(term()) :: GenServer.on_start()
  def start_link(_arg), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "The token for `jwt`; `mint` makes one where there is none that will last."
  @spec fetch(keyword(), (keyword() -> {String.t(), integer()})) :: String.t()
  def fetch(jwt, mint) do
    # A hash, so that keys do not stand about in a table that anyone in the VM can read.
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

  # How long before it expires a token is replaced: time for it to travel, and for clocks that differ.
  defp margin(lifetime), do: lifetime |> div(5) |> min(60) |> max(1)

  @impl GenServer
  def init(nil) do
    :ets.new(__MODULE__, [:named_table, :public, read_concurrency: true])
    {:ok, nil, {:continue, :schedule}}
  end

  @impl GenServer
  def handle_continue(:schedule, state) do
    Process.send_after(self(), :sweep, @sweep_ms)
    {:noreply, state}
  end

  @impl GenServer
  def handle_info(:sweep, state) do
    :ets.select_delete(__MODULE__, [{{:_, :_, :"$1"}, [{:"=<", :"$1", System.system_time(:second)}], [true]}])
    {:noreply, state, {:continue, :schedule}}
  end
end
