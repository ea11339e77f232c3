defmodule OneshotAI.DocsTest do
  # Alone: it runs a server and Mix.
  use OneshotAI.Case, async: false

  @readme Path.expand("../README.md", __DIR__)
  @liveview Path.expand("../guides/liveview.md", __DIR__)
  @tour Path.expand("../guides/tour.livemd", __DIR__)
  @guide Path.join(TestServer.repository(), "docs/elixir.md")

  # A model has a price in the documents, as Claude's have.
  @prices ~s({"echo": [{"id": "echo", "price": {"input": 1, "output": 5}}]})

  setup_all do
    {:ok, priced: TestServer.start!(%{"MODEL_CATALOG" => @prices, "STORE_ANSWERS" => "on"})}
  end

  defp blocks(path, language) do
    for [_, block] <- Regex.scan(~r/^```#{language}\n(.*?)^```/ms, File.read!(path)), do: block
  end

  if System.find_executable("npm") == nil or
       File.exists?(Path.join(TestServer.repository(), ".env")),
     do: @tag(skip: "needs npm and no .env in the repository")

  test "the way from nothing to the first answer, run as it is written" do
    [commands | _] = blocks(@readme, "sh")
    assert commands |> String.split("\n", trim: true) |> length() < 10

    # Only the port is another, for 3000 may be taken here. With job control npm and what it has
    # started are one group, which is ended with the shell.
    {:ok, listener} = :gen_tcp.listen(0, [])
    {:ok, port} = :inet.port(listener)
    :gen_tcp.close(listener)

    script = """
    set -m
    trap 'kill %1' EXIT
    cd #{TestServer.repository()}
    #{String.replace(commands, "localhost:3000", "127.0.0.1:#{port}")}
    """

    {output, status} =
      System.cmd("bash", ["-c", script],
        stderr_to_stdout: true,
        env: [
          {"PORT", to_string(port)},
          {"HOST", "127.0.0.1"},
          {"AI_SERVER_URL", "http://127.0.0.1:#{port}"},
          {"MIX_ENV", "dev"},
          {"JWT_PUBLIC_KEY", nil}
        ]
      )

    assert status == 0, output
    assert output =~ ~r/^Hello, Elixir!$/m
  end

  # Each document is pasted into a project of its own, as a reader would do. Blocks that begin with
  # `# path` are files; the others run one after the other, in one process. "claude" becomes "echo".
  # A block after `<!-- needs: library -->` is left to those who have the library on ERL_LIBS.
  for {name, path} <- [
        {"README.md", @readme},
        {"guides/liveview.md", @liveview},
        {"guides/tour.livemd", @tour},
        {"docs/elixir.md", @guide}
      ] do
    test "every snippet of #{name} runs in a project made for it", %{priced: server} do
      path = unquote(path)
      app = if path == @guide, do: "oneshot", else: "my_app"
      folder = Path.join(System.tmp_dir!(), "snippets-#{System.unique_integer([:positive])}")
      on_exit(fn -> File.rm_rf!(folder) end)
      # Neither the client's build nor its environment is the project's.
      env = [{"MIX_ENV", nil}, {"MIX_BUILD_PATH", nil} | server_env(server)]
      assert {_output, 0} = System.cmd("mix", ["new", folder, "--app", app], env: env)

      {files, scripts} =
        path |> runnable_blocks() |> Enum.map(&classify/1) |> Enum.split_with(&match?({_, _}, &1))

      assert scripts != []
      for {file, text} <- files, do: write(folder, file, text)
      add_configuration(folder)
      for {file, _} <- files, do: assert(File.exists?(Path.join(folder, file)))

      # The tests of the documents first, without a server.
      tests = for {"test/" <> _, _} = file <- files, do: file
      no_server = [{"AI_SERVER_URL", nil}, {"JWT_SECRET", nil}]
      mix!(folder, ["test", "--warnings-as-errors"], [{"MIX_ENV", "test"} | env] ++ no_server)
      assert path not in [@readme, @guide] or tests != []

      File.write!(Path.join(folder, "snippets.exs"), Enum.join(scripts, "\n"))
      mix!(folder, ["run", "snippets.exs"], env)

      # A release starts with what its configuration names, and says what is missing.
      if path == @guide do
        prod = List.keyreplace(env, "MIX_ENV", 0, {"MIX_ENV", "prod"})
        mix!(folder, ["release", "--quiet", "--overwrite"], prod)
        release = Path.join(folder, "_build/prod/rel/oneshot/bin/oneshot")

        expression =
          ~s|IO.puts(elem(Oneshot.AIClient.chat("echo", [%{role: "user", content: "Hello, release"}]), 1).text)|

        assert {output, 0} =
                 System.cmd(
                   release,
                   ["eval", "Application.ensure_all_started(:oneshot); " <> expression],
                   env: prod
                 )

        assert output =~ "Hello, release"

        assert {output, status} =
                 System.cmd(release, ["eval", "1"],
                   env: prod ++ [{"JWT_SECRET", nil}],
                   stderr_to_stdout: true
                 )

        assert status != 0 and output =~ "JWT_SECRET"
      end
    end
  end

  defp server_env(server) do
    [{"AI_SERVER_URL", TestServer.url(server)}, {"JWT_SECRET", TestServer.secret()}]
  end

  defp runnable_blocks(path) do
    ~r/(?:<!-- needs: (\w+) -->\s*)?^ *```elixir\n(.*?)^ *```/ms
    |> Regex.scan(File.read!(path), capture: :all_but_first)
    |> Enum.filter(fn [needs, block] ->
      assert {:ok, _quoted} = Code.string_to_quoted(block), "in #{Path.basename(path)}:\n#{block}"

      needs == "" and not String.contains?(block, "Mix.install")
    end)
    |> Enum.map(fn [_needs, block] -> String.replace(block, ~s("claude"), ~s("echo")) end)
  end

  defp classify(block) do
    case Regex.run(~r/\A# ((?:mix|config|lib|test)[\w\/.]*\.exs?)\n/, block) do
      [_, path] -> {path, block}
      nil -> block
    end
  end

  # The document's dependency, with this library's actual path.
  defp write(folder, "mix.exs", block) do
    assert block =~ ":oneshot_ai, path:"
    path = Path.join(folder, "mix.exs")
    mix = File.read!(path)
    dependency = "{:oneshot_ai, path: #{inspect(Path.expand("..", __DIR__))}}"
    File.write!(path, String.replace(mix, ~r/defp deps do\n\s+\[/, "\\0\n#{dependency}\n"))
  end

  defp write(folder, file, text) do
    path = Path.join(folder, file)
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
  end

  # As in Phoenix: config.exs reads the environment's own file.
  defp add_configuration(folder) do
    if not (File.read!(Path.join(folder, "mix.exs")) =~ "oneshot_ai"),
      do: write(folder, "mix.exs", "{:oneshot_ai, path: }")

    if File.exists?(Path.join(folder, "config/test.exs")) do
      write(folder, "config/config.exs", """
      import Config
      if config_env() == :test, do: import_config("test.exs")
      """)
    end
  end

  defp mix!(folder, arguments, env) do
    {output, status} = System.cmd("mix", arguments, cd: folder, env: env, stderr_to_stdout: true)
    assert status == 0, "mix #{Enum.join(arguments, " ")}:\n#{output}"
    refute output =~ "warning:", output
    output
  end

  test "every function of the client that the documents name is there" do
    names = OneshotAI.__info__(:functions) |> Keyword.keys() |> Enum.uniq()

    for path <- [@readme, @liveview, @tour, @guide],
        [_, name] <- Regex.scan(~r/\bOneshotAI\.([a-z_]+[!?]?)\(/, File.read!(path)) do
      assert String.to_atom(name) in names, "#{Path.basename(path)} names #{name}"
    end

    for path <- [@readme, @liveview, @tour, @guide],
        [module] <- Regex.scan(~r/\bOneshotAI(?:\.[A-Z]\w+)+/, File.read!(path)) do
      assert Code.ensure_loaded?(Module.concat([module])), "#{Path.basename(path)} names #{module}"
    end
  end

  test "every public module and function is documented" do
    {:ok, modules} = :application.get_key(:oneshot_ai, :modules)

    for module <- modules,
        match?("Elixir.Oneshot" <> _, Atom.to_string(module)),
        not support?(module) do
      case Code.fetch_docs(module) do
        {:docs_v1, _, _, _, :hidden, _, _} ->
          :ok

        {:docs_v1, _, _, _, %{"en" => text}, _, functions} ->
          assert String.length(text) > 20, "#{inspect(module)} has no documentation"

          for {{:function, name, arity}, _, _, :none, _} <- functions, not default?(name) do
            flunk("#{inspect(module)}.#{name}/#{arity} is not documented")
          end

        _none ->
          flunk("#{inspect(module)} has no documentation")
      end
    end
  end

  # What behaviours ask for is documented there.
  defp default?(name), do: name in [:__struct__, :exception, :message, :open, :encode!, :decode]

  defp support?(module) do
    module.module_info(:compile)[:source] |> to_string() =~ "/test/support/"
  end
end
