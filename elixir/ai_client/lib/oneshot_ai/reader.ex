defmodule OneshotAI.Reader do
  @moduledoc false
  # A process that reads a stream and sends its elements to another. It has a watcher, because while
  # it waits for the server's bytes it cannot notice that its receiver has died; killing it closes
  # its socket.

  alias OneshotAI.{Error, Readers}

  @spec start(pid(), Enumerable.t()) :: {:ok, OneshotAI.ref()}
  def start(receiver, stream) when is_pid(receiver) do
    name = make_ref()
    read = fn -> read(receiver, name, stream) end
    {:ok, reader} = Task.Supervisor.start_child(Readers, read, restart: :temporary)
    {:ok, {reader, name}}
  end

  # The watcher is ready before the call begins, so that no call is unwatched.
  defp read(receiver, name, stream) do
    reader = self()
    watch = fn -> watch(reader, receiver, name) end
    {:ok, _watcher} = Task.Supervisor.start_child(Readers, watch, restart: :temporary)

    receive do: ({^name, :watched} -> :ok)
    Enum.each(stream, &send(receiver, {:oneshot_ai, {reader, name}, &1}))
  end

  defp watch(reader, receiver, name) do
    reader_monitor = Process.monitor(reader)
    receiver_monitor = Process.monitor(receiver)
    send(reader, {name, :watched})

    receive do
      {:DOWN, ^receiver_monitor, :process, _pid, _reason} ->
        Process.exit(reader, {:shutdown, :receiver_down})

      {:DOWN, ^reader_monitor, :process, _pid, reason} ->
        if crashed?(reason),
          do: send(receiver, {:oneshot_ai, {reader, name}, {:error, Error.new(:reader_failed)}})
    end
  end

  # Cancelled before the watcher monitored it.
  defp crashed?(:noproc), do: false
  defp crashed?(:normal), do: false
  defp crashed?(:shutdown), do: false
  defp crashed?({:shutdown, _why}), do: false
  defp crashed?(_reason), do: true

  @spec cancel(OneshotAI.ref()) :: :ok
  def cancel({reader, _name} = ref) do
    monitor = Process.monitor(reader)
    Process.exit(reader, {:shutdown, :cancelled})

    # The reader's messages arrive before the news of its death, so none comes after this.
    receive do
      {:DOWN, ^monitor, :process, _pid, _reason} -> flush(ref)
    end
  end

  defp flush(ref) do
    receive do
      {:oneshot_ai, ^ref, _element} -> flush(ref)
    after
      0 -> :ok
    end
  end
end
