defmodule Oneshot.Web.MixProject do
  use Mix.Project

  def project do
    [
      app: :oneshot,
      version: "0.1.0",
      elixir: "~> 1.14",
      elixirc_paths: if(Mix.env() == :test, do: ["lib", "test/support"], else: ["lib"]),
      start_permanent: Mix.env() == :prod,
      deps: [{:oneshot_ai, path: "../ai_client"}],
      releases: [oneshot: [include_executables_for: [:unix]]]
    ]
  end

  def application do
    [mod: {Oneshot.Web.Application, []}, extra_applications: [:logger, :crypto]]
  end
end
