defmodule Oneshot.AIClient.Reader do
  @moduledoc false
  # A process that reads a stream and sends its elements to another. Beside it stands a watcher, because a reader that waits
  # for the server's next bytes cannot hear that its receiver has died; killing the reader closes its socket.

  alias Oneshot.AIClient.{Error, Readers}

  @opaque ref :: {pid(), reference()}

  @spec start(pid(), Enumerable.t()) :: {:ok, ref()}
  def start(receiver, stream) when is_pid(receiver) do
    name = make_ref()

    {:ok, reader} = Task.Supervisor.start_child(Readers, fn -> read(receiver, name, stream) end, restart: :temporary)

    {:ok, {reader, name}}
  end

  # The watcher watches before the call is made, so no call is ever without one.
  defp read(receiver, name, stream) do
    reader = self()

    {:ok, _watcher} = Task.Supervisor.start_child(Readers, fn -> watch(reader, receiver, name) end, restart: :temporary)

    receive do: ({^name, :watched} -> :ok)
    Enum.each(stream, &send(receiver, {:ai_client, {reader, name}, &1}))
  end

  defp watch(reader, receiver, name) do
    reader_monitor = Process.monitor(reader)
    receiver_monitor = Process.monitor(receiver)
    send(reader, {name, :watched})

    receive do
      {:DOWN, ^receiver_monitor, :process, _pid, _reason} ->
        Process.exit(reader, {:shutdown, :receiver_down})

      {:DOWN, ^reader_monitor, :process, _pid, reason} ->
        if crashed?(reason), do: send(receiver, {:ai_client, {reader, name}, {:error, Error.new(:reader_failed)}})
    end
  end

  # It had been cancelled before the watcher came to watch it.
  defp crashed?(:noproc), do: false
  defp crashed?(:normal), do: false
  defp crashed?(:shutdown), do: false
  defp crashed?({:shutdown, _why}), do: false
  defp crashed?(_reason), do: true

  @spec cancel(ref()) :: :ok
  def cancel({reader, _name} = ref) do
    monitor = Process.monitor(reader)
    Process.exit(reader, {:shutdown, :cancelled})

    # What the reader sent came before the news of its death, so after this there is nothing more to come.
    receive do
      {:DOWN, ^monitor, :process, _pid, _reason} -> flush(ref)
    end
  end

  defp flush(ref) do
    receive do
      {:ai_client, ^ref, _element} -> flush(ref)
    after
      0 -> :ok
    end
  end
end
