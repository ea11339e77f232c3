defmodule OneshotAI.TestServer do
  @moduledoc false
  # The real server, on Bun, in a process of the operating system's; it ends with the Elixir process
  # that started it.

  use GenServer

  @repository Path.expand("../../../..", __DIR__)

  # Bun would outlive a killed VM: this shell lives as long as its standard input is open, and takes
  # Bun with it.
  @wrapper ~S"""
  exec 3<&0
  "$@" </dev/null &
  server=$!
  echo "pid $server"
  { cat <&3 >/dev/null; kill $server 2>/dev/null; } &
  wait $server
  """

  @secret "a secret for tests, and for tests alone: 0123456789"

  def secret, do: @secret
  def repository, do: @repository

  @doc "Starts a server on a free port; waits until it listens."
  def start!(env \\ %{}) do
    {:ok, server} = GenServer.start_link(__MODULE__, env)
    server
  end

  def url(server), do: GenServer.call(server, :url, 90_000)

  @doc "The log's lines so far, decoded."
  def log(server), do: GenServer.call(server, :log)

  def forget_log(server), do: GenServer.call(server, :forget_log)

  @doc "Sends the server's process a signal."
  def signal(server, signal), do: GenServer.call(server, {:signal, signal}, 60_000)

  @impl GenServer
  def init(env) do
    Process.flag(:trap_exit, true)
    bun = Path.join(@repository, "node_modules/.bin/bun")
    if not File.exists?(bun), do: raise("there is no Bun at #{bun}: run npm ci in #{@repository}")

    port =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        :exit_status,
        :stderr_to_stdout,
        line: 1_000_000,
        # Not the repository, whose .env Bun would read.
        cd: System.tmp_dir!(),
        args: ["-c", @wrapper, "server", bun, Path.join(@repository, "src/runtimes/bun.ts")],
        env:
          env
          |> defaults()
          |> Enum.map(fn {name, value} -> {to_charlist(name), value && to_charlist(value)} end)
      ])

    Process.send_after(self(), :must_listen, 60_000)
    {:ok, %{port: port, url: nil, waiting: [], lines: [], pid: nil}}
  end

  defp defaults(env) do
    # false removes a variable of this process: the tests' server has nobody's keys and nobody's
    # settings.
    foreign =
      for {name, _value} <- System.get_env(),
          name not in ["PATH", "HOME"],
          into: %{},
          do: {name, false}

    Map.merge(
      Map.merge(foreign, %{"PORT" => "0", "HOST" => "127.0.0.1", "JWT_SECRET" => @secret}),
      env
    )
  end

  @impl GenServer
  def handle_call(:url, from, %{url: nil} = state),
    do: {:noreply, %{state | waiting: [from | state.waiting]}}

  def handle_call(:url, _from, state), do: {:reply, state.url, state}

  def handle_call(:log, _from, state) do
    lines =
      for "{" <> _ = line <- Enum.reverse(state.lines),
          {:ok, entry} <- [OneshotAI.JSON.decode(line)],
          do: entry

    {:reply, lines, state}
  end

  def handle_call(:forget_log, _from, state), do: {:reply, :ok, %{state | lines: []}}

  def handle_call({:signal, signal}, _from, state) do
    {_, 0} = System.cmd("kill", ["-" <> signal, state.pid])
    {:reply, :ok, state}
  end

  @impl GenServer
  def handle_info({port, {:data, {_eol, "pid " <> pid}}}, %{port: port} = state),
    do: {:noreply, %{state | pid: pid}}

  def handle_info({port, {:data, {_eol, line}}}, %{port: port} = state) do
    state = %{state | lines: [line | state.lines]}

    case Regex.run(~r{^AI server: (http://\S+)}, line) do
      [_, url] ->
        for from <- state.waiting, do: GenServer.reply(from, url)
        {:noreply, %{state | url: url, waiting: []}}

      nil ->
        {:noreply, state}
    end
  end

  def handle_info({port, {:exit_status, status}}, %{port: port} = state) do
    if state.url == nil, do: print_log(state)
    {:stop, {:shutdown, {:server_exited, status}}, state}
  end

  def handle_info(:must_listen, %{url: nil} = state) do
    print_log(state)
    {:stop, {:shutdown, :server_does_not_listen}, state}
  end

  def handle_info(:must_listen, state), do: {:noreply, state}
  def handle_info({:EXIT, _from, _reason}, state), do: {:noreply, state}

  defp print_log(state),
    do: IO.puts(:stderr, ["The server wrote:\n" | Enum.map(Enum.reverse(state.lines), &[&1, "\n"])])
end
