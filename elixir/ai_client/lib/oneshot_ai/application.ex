defmodule OneshotAI.Application do
  @moduledoc false
  # What outlives a single call: minted tokens, open telemetry spans, and the processes of
  # `stream_to/4` and of tools.

  use Application

  @impl Application
  def start(_type, _args) do
    # A misspelt setting stops the app here, not the first user's call.
    %OneshotAI.Client{} = OneshotAI.Client.new()

    children = [
      OneshotAI.Token.Cache,
      OneshotAI.Telemetry.OpenSpans,
      {Task.Supervisor, name: OneshotAI.Readers},
      {Task.Supervisor, name: OneshotAI.ToolTasks}
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: OneshotAI.Supervisor)
  end
end
