defmodule Oneshot.AIClient.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :oneshot_ai_client,
      version: @version,
      elixir: "~> 1.14",
      description: "Client of the AI server: chat, streams that end truthfully, tools, tokens. No dependencies.",
      elixirc_paths: elixirc_paths(Mix.env()),
      start_permanent: Mix.env() == :prod,
      # None, on purpose: even an optional dependency makes Mix ask for Hex. Jason, Req and :telemetry are used where the app has them.
      deps: [],
      # In tests, libraries that are on the path by ERL_LIBS stay there (Elixir 1.15 and later would take them away).
      prune_code_paths: Mix.env() != :test
    ]
  end

  def application do
    [
      mod: {Oneshot.AIClient.Application, []},
      extra_applications: extra_applications(Mix.env())
    ]
  end

  # Tests call the server by OTP's own HTTP client too.
  defp extra_applications(:test), do: [:inets, :logger | extra_applications(:prod)]
  defp extra_applications(_env), do: [:crypto, :public_key, :ssl]

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]
end
