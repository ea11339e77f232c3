defmodule Oneshot.Web.Listener do
  @moduledoc false
  # Listens on all addresses. Each connection gets a process of its own.

  use GenServer

  require Logger

  alias Oneshot.Web.{Connection, Connections}

  @acceptors 8
  @options [
    :binary,
    active: false,
    reuseaddr: true,
    backlog: 1024,
    nodelay: true,
    send_timeout: 30_000,
    send_timeout_close: true
  ]

  @spec start_link(keyword()) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  @spec port() :: :inet.port_number()
  def port, do: GenServer.call(__MODULE__, :port)

  @impl GenServer
  def init(opts) do
    with {:ok, socket} <- listen(Keyword.fetch!(opts, :port)) do
      {:ok, port} = :inet.port(socket)
      Logger.info("The page is at http://localhost:#{port}")
      # Linked: they end with the socket.
      for _ <- 1..@acceptors, do: spawn_link(fn -> accept(socket) end)
      {:ok, %{socket: socket, port: port}}
    else
      {:error, reason} -> {:stop, {:cannot_listen, reason}}
    end
  end

  # IPv6 and IPv4; only IPv4 on a machine without IPv6.
  defp listen(port) do
    with {:error, reason} when reason in [:eafnosupport, :eaddrnotavail] <-
           :gen_tcp.listen(
             port,
             [:inet6, ip: {0, 0, 0, 0, 0, 0, 0, 0}, ipv6_v6only: false] ++ @options
           ) do
      :gen_tcp.listen(port, [:inet, ip: {0, 0, 0, 0}] ++ @options)
    end
  end

  defp accept(listener) do
    case :gen_tcp.accept(listener) do
      {:ok, socket} ->
        hand_over(socket)
        accept(listener)

      {:error, :closed} ->
        :ok

      # Too many open files, or the caller has left.
      {:error, _passing} ->
        Process.sleep(50)
        accept(listener)
    end
  end

  defp hand_over(socket) do
    case Task.Supervisor.start_child(Connections, fn ->
           receive do: (:yours -> Connection.serve(socket))
         end) do
      {:ok, pid} ->
        # If the caller has left, reading will notice it.
        _result = :gen_tcp.controlling_process(socket, pid)
        send(pid, :yours)

      {:error, :max_children} ->
        :gen_tcp.close(socket)
    end
  end

  @impl GenServer
  def handle_call(:port, _from, state), do: {:reply, state.port, state}
end
