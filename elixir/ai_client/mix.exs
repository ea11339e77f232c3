defmodule OneshotAI.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :oneshot_ai,
      version: @version,
      elixir: "~> 1.14",
      name: "OneshotAI",
      description: "Client of the AI server: chat, objects, tools and streams that end truthfully.",
      elixirc_paths: elixirc_paths(Mix.env()),
      start_permanent: Mix.env() == :prod,
      deps: deps(Mix.env()),
      # In tests, libraries on ERL_LIBS stay on the path (Elixir 1.15 and later would remove them).
      prune_code_paths: Mix.env() != :test,
      package: package(),
      docs: docs()
    ]
  end

  def application do
    [
      mod: {OneshotAI.Application, []},
      extra_applications: extra_applications(Mix.env())
    ]
  end

  # Tests call the server with OTP's own HTTP client too.
  defp extra_applications(:test), do: [:inets, :logger | extra_applications(:prod)]
  defp extra_applications(_env), do: [:crypto, :public_key, :ssl]

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]

  defp package do
    [
      licenses: ["MIT"],
      # Add the repository's address when it is published.
      links: %{},
      files: ~w(lib guides mix.exs .formatter.exs README.md CHANGELOG.md LICENSE usage-rules.md)
    ]
  end

  # For `MIX_ENV=docs mix docs` and `MIX_ENV=docs mix hex.publish`, which need Hex.
  defp deps(:docs), do: [{:ex_doc, "~> 0.40", only: :docs, runtime: false}]

  # None: even an optional dependency would make Mix ask for Hex. Jason, Req, Ecto and :telemetry
  # are used if the app has them.
  defp deps(_env), do: []

  defp docs do
    [
      main: "readme",
      source_ref: "v" <> @version,
      extras: [
        "README.md",
        "CHANGELOG.md",
        "usage-rules.md" | Path.wildcard("guides/*.{md,livemd}")
      ],
      groups_for_extras: [Guides: ~r"guides/"],
      groups_for_docs:
        for group <- [
              "Answers",
              "Objects",
              "Streams",
              "Tools",
              "Kept answers",
              "Embeddings",
              "The server"
            ] do
          {group, &(&1[:group] == group)}
        end,
      groups_for_modules: [
        Client: [OneshotAI, OneshotAI.Client, OneshotAI.Token, OneshotAI.Policy, OneshotAI.Error],
        Conversations: [
          OneshotAI.Message,
          ~r"OneshotAI.Part",
          OneshotAI.Response,
          OneshotAI.Usage,
          OneshotAI.Cost,
          OneshotAI.Warning,
          OneshotAI.Attempt,
          OneshotAI.Answer,
          OneshotAI.DryRun
        ],
        "Objects and embeddings": [OneshotAI.Object, OneshotAI.Schema, OneshotAI.Embeddings],
        Tools: [OneshotAI.Tool, OneshotAI.ToolCall, OneshotAI.ToolRun],
        Streams: ~r"OneshotAI.Event",
        "The server": [
          OneshotAI.Provider,
          OneshotAI.Model,
          OneshotAI.Limit,
          OneshotAI.UsageReport
        ],
        Operation: [
          OneshotAI.Telemetry,
          OneshotAI.LiveDashboard,
          OneshotAI.Test,
          ~r"OneshotAI.Webhook"
        ],
        "Transports and JSON": ~r"OneshotAI.(Transport|HTTP1|JSON)"
      ]
    ]
  end
end
