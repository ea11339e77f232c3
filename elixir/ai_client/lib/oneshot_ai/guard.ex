defmodule OneshotAI.Guard do
  @moduledoc false
  # Ends a kept answer whose reader has ended: the server cannot tell a reader that has gone from a
  # connection that was lost. Not if this node stops; then the answer runs to its end.

  alias OneshotAI.{Client, HTTP, Readers}

  @spec start(Client.t(), String.t(), keyword()) :: pid()
  def start(client, request_id, opts) do
    reader = self()
    guard = fn -> guard(reader, client, request_id, Keyword.take(opts, [:claims, :policy])) end
    {:ok, pid} = Task.Supervisor.start_child(Readers, guard, restart: :temporary)
    pid
  end

  @doc "The answer has ended by itself."
  @spec stop(pid()) :: :ok
  def stop(guard) do
    send(guard, :stop)
    :ok
  end

  @doc "The reader wants no more of it."
  @spec cancel(pid()) :: :ok
  def cancel(guard) do
    send(guard, :cancel)
    :ok
  end

  defp guard(reader, client, request_id, opts) do
    monitor = Process.monitor(reader)

    receive do
      :stop -> :ok
      :cancel -> cancel(client, request_id, opts)
      {:DOWN, ^monitor, :process, _pid, _reason} -> cancel(client, request_id, opts)
    end
  end

  defp cancel(client, request_id, opts) do
    HTTP.fetch(
      client,
      HTTP.answer_path(request_id),
      nil,
      [method: :delete, timeout: 10_000] ++ opts
    )
  end
end
