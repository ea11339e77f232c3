defmodule OneshotAI.Case do
  @moduledoc false
  # What tests against the real server share: one server for all of them, and waiting until
  # something is so.

  use ExUnit.CaseTemplate

  alias OneshotAI.{Client, TestServer}

  using do
    quote do
      import OneshotAI.Case
      alias OneshotAI.{Client, Error, Event, Message, Response, TestServer}
    end
  end

  @doc "The server that all tests share: echo only, settings as they are by default."
  def server, do: :persistent_term.get(__MODULE__)
  def share(server), do: :persistent_term.put(__MODULE__, server)

  @doc "A client of this server, with its secret."
  def client(server, opts \\ []) do
    Client.new(
      [url: TestServer.url(server), jwt: [secret: TestServer.secret()]]
      |> Keyword.merge(opts)
    )
  end

  @doc "Tries until the function gives something that is true; the last value otherwise."
  def eventually(fun, timeout \\ 20_000),
    do: eventually_until(fun, System.monotonic_time(:millisecond) + timeout)

  defp eventually_until(fun, deadline) do
    value = fun.()

    if value || System.monotonic_time(:millisecond) > deadline do
      value
    else
      Process.sleep(20)
      eventually_until(fun, deadline)
    end
  end
end
