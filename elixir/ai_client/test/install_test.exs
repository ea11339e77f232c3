defmodule OneshotAI.InstallTest do
  # Alone: it runs Mix.
  use OneshotAI.Case, async: false

  alias OneshotAI.NewProject

  @files ["config/config.exs", "config/runtime.exs", "config/test.exs", "lib/greet/ai_client.ex"]

  @test """
  defmodule Greet.AIClientTest do
    use ExUnit.Case, async: true

    test "asks" do
      OneshotAI.Test.stub("Rain.")
      assert {:ok, %{text: "Rain."}} = Greet.AIClient.chat("claude", "The weather?")
    end
  end
  """

  defp read(folder), do: for(file <- @files, do: File.read!(Path.join(folder, file)))

  test "mix oneshot_ai.install: tests, calls and a release work at once" do
    folder = NewProject.create!("greet")
    output = NewProject.mix!(folder, ["oneshot_ai.install"])
    for file <- @files, do: assert(output =~ file)
    installed = read(folder)

    # A second time it changes nothing.
    assert NewProject.mix!(folder, ["oneshot_ai.install"]) =~ "unchanged"
    assert read(folder) == installed

    NewProject.write!(folder, "test/greet/ai_client_test.exs", @test)
    NewProject.mix!(folder, ["format", "--check-formatted"])
    no_server = [{"AI_SERVER_URL", nil}, {"JWT_SECRET", nil}]
    NewProject.mix!(folder, ["test", "--warnings-as-errors"], [{"MIX_ENV", "test"} | no_server])

    env = [{"AI_SERVER_URL", TestServer.url(server())}, {"JWT_SECRET", TestServer.secret()}]
    call = ~s|{:ok, answer} = Greet.AIClient.chat("echo", "Hello"); IO.puts("= " <> answer.text)|
    assert NewProject.mix!(folder, ["run", "-e", call], env) =~ "= Hello"

    NewProject.mix!(folder, ["release", "--quiet"], [{"MIX_ENV", "prod"}])
    release = Path.join(folder, "_build/prod/rel/greet/bin/greet")
    start = "{:ok, _} = Application.ensure_all_started(:greet); "
    assert {output, 0} = NewProject.cmd(folder, release, ["eval", start <> call], env)
    assert output =~ "= Hello"
    assert {output, status} = NewProject.cmd(folder, release, ["eval", "1"], no_server)
    assert status != 0 and output =~ "JWT_SECRET"
  end

  test "it adds to the files that are there, and keeps the app's own module" do
    folder = NewProject.create!("greet")
    config = ~s|import Config\n\nconfig :greet, a: 1\n\nimport_config "\#{config_env()}.exs"\n|
    NewProject.write!(folder, "config/config.exs", config)
    NewProject.write!(folder, "config/dev.exs", "import Config\n")
    NewProject.write!(folder, "config/test.exs", "import Config\n\nconfig :greet, b: 2\n")
    NewProject.write!(folder, "config/runtime.exs", "import Config\nconfig :greet, c: 3\n")

    client =
      "defmodule Greet.AIClient do\n  def chat(_, _), do: OneshotAI.chat_text(\"x\", \"y\")\nend\n"

    NewProject.write!(folder, "lib/greet/ai_client.ex", client)

    NewProject.mix!(folder, ["oneshot_ai.install"])

    assert [^config, runtime, test, ^client] = read(folder)
    assert runtime =~ "config :greet, c: 3" and runtime =~ "JWT_SECRET"
    assert test =~ "config :greet, b: 2" and test =~ "transport: OneshotAI.Test"
    NewProject.mix!(folder, ["format", "--check-formatted"])
    expression = ~s|IO.inspect(Application.get_all_env(:greet)); OneshotAI.Test.stub("Hi"); |
    call = expression <> ~s|IO.inspect(Greet.AIClient.chat(1, 2))|
    output = NewProject.mix!(folder, ["run", "-e", call], [{"MIX_ENV", "test"}])
    assert output =~ "a: 1" and output =~ "c: 3" and output =~ ~s|{:ok, "Hi"}|
  end

  if Code.ensure_loaded?(Igniter.Test) do
    test "Igniter runs it, and a second time changes nothing" do
      once = Mix.Tasks.OneshotAi.Install.igniter(apply(Igniter.Test, :test_project, []))

      for {path, text} <- [
            {"config/runtime.exs", "JWT_SECRET"},
            {"config/test.exs", "transport: OneshotAI.Test"},
            {"lib/oneshot_ai/ai_client.ex", "defdelegate chat"}
          ] do
        assert content(once, path) =~ text
        assert content(Mix.Tasks.OneshotAi.Install.igniter(once), path) == content(once, path)
      end
    end

    defp content(igniter, path) do
      source = apply(Rewrite, :source!, [igniter.rewrite, path])
      apply(Rewrite.Source, :get, [source, :content])
    end
  end
end
