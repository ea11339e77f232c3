defmodule Mix.Tasks.OneshotAi.Install do
  @shortdoc "Configures OneshotAI and writes the app's module for it"

  @moduledoc """
  Configures OneshotAI in this project, and writes a module of the app's own that calls it.

      $ mix oneshot_ai.install

  It adds to

    * `config/runtime.exs`: the server's address and the secret of the tokens, from `AI_SERVER_URL`
      and `JWT_SECRET`. A production release without the secret says so when it starts.
    * `config/test.exs`: stubbed answers, see `OneshotAI.Test`.
    * `lib/my_app/ai_client.ex`: `MyApp.AIClient.chat/3`.

  What is there already is left as it is, so running it again changes nothing.
  `mix igniter.install oneshot_ai` runs it too, and shows the changes before it makes them.
  """

  use Mix.Task

  @impl Mix.Task
  def run(argv) do
    if argv != [], do: Mix.raise("oneshot_ai.install takes no arguments")
    if Mix.Project.umbrella?(), do: Mix.raise("run oneshot_ai.install in one of the apps")
    Enum.each(files(app()), &write/1)
    Mix.shell().info(next_steps())
  end

  defp write({path, created, update}) do
    case File.read(path) do
      {:ok, text} ->
        case update.(text) do
          ^text ->
            Mix.shell().info([:yellow, "* unchanged ", :reset, path])

          updated ->
            File.write!(path, updated)
            Mix.shell().info([:green, "* updated ", :reset, path])
        end

      {:error, :enoent} ->
        Mix.Generator.create_file(path, created)
    end
  end

  defp app, do: Mix.Project.config()[:app]

  # What each file has if it is new, and what becomes of it if it is there.
  defp files(app) do
    [
      file("config/runtime.exs", ":oneshot_ai", runtime(app)),
      file("config/config.exs", "import_config", test_import()),
      file("config/test.exs", ":oneshot_ai", "config :oneshot_ai, transport: OneshotAI.Test\n"),
      {"lib/#{app}/ai_client.ex", module(app), & &1}
    ]
  end

  defp file(path, mark, block) do
    add = fn text ->
      if text =~ mark, do: text, else: String.trim_trailing(text) <> "\n\n" <> block
    end

    {path, add.("import Config"), add}
  end

  defp runtime(app) do
    """
    if config_env() == :prod do
      config :oneshot_ai,
        url: System.get_env("AI_SERVER_URL", "http://localhost:3000"),
        jwt: [secret: System.fetch_env!("JWT_SECRET"), subject: "#{app}"]
    end
    """
  end

  defp test_import, do: ~s|if config_env() == :test, do: import_config("test.exs")\n|

  defp module(app) do
    """
    defmodule #{Macro.camelize(to_string(app))}.AIClient do
      @moduledoc "The app's calls of AI models."

      defdelegate chat(provider, messages, opts \\\\ []), to: OneshotAI
    end
    """
  end

  defp next_steps do
    """

    OneshotAI is ready. With the AI server running, and its JWT_SECRET in the environment:

        mix run -e '#{Macro.camelize(to_string(app()))}.AIClient.chat("echo", "Hello!") |> IO.inspect()'
    """
  end

  # For `mix igniter.install`. Igniter's behaviour is not named, as this library does not depend on it.

  @doc false
  def supports_umbrella?, do: false

  @doc false
  def installer?, do: true

  @doc false
  def info(_argv, _parent), do: struct!(Igniter.Mix.Task.Info, extra_args?: true)

  @doc false
  def parse_argv(argv), do: struct!(Igniter.Mix.Task.Args, argv: argv, argv_flags: argv)

  @doc false
  def igniter(igniter) do
    app()
    |> files()
    |> Enum.reduce(igniter, fn {path, created, update}, igniter ->
      apply(Igniter, :create_or_update_file, [igniter, path, created, &update_source(&1, update)])
    end)
    |> then(&apply(Igniter, :add_notice, [&1, next_steps()]))
  end

  defp update_source(source, update) do
    text = apply(Rewrite.Source, :get, [source, :content])
    apply(Rewrite.Source, :update, [source, :content, update.(text)])
  end
end
