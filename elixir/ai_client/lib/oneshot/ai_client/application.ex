defmodule Oneshot.AIClient.Application do
  @moduledoc false
  # What outlives a single call: the minted tokens, the processes of `stream_to/4`, and the stubs of tests.

  use Application

  @impl Application
  def start(_type, _args) do
    children = [
      Oneshot.AIClient.Token.Cache,
      {Task.Supervisor, name: Oneshot.AIClient.Readers},
      Oneshot.AIClient.Test.Stubs
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Oneshot.AIClient.Supervisor)
  end
end
