defmodule Oneshot.Web.Application do
  @moduledoc false
  # The page's server. What starts last stops first: no new connections, then time for the open ones.

  use Application

  alias Oneshot.Web.{Connections, Drain, Listener}

  @impl Application
  def start(_type, _args) do
    children =
      if Application.get_env(:oneshot, :listen, true),
        do: children(port: Application.get_env(:oneshot, :port, 8080)),
        else: []

    Supervisor.start_link(children, strategy: :rest_for_one, name: Oneshot.Web.Supervisor)
  end

  @doc "The processes of a server on this port; 0 takes a free one."
  @spec children(keyword()) :: [Supervisor.child_spec() | {module(), term()}]
  def children(opts) do
    [{Task.Supervisor, name: Connections, max_children: 1_000}, Drain, {Listener, opts}]
  end
end
