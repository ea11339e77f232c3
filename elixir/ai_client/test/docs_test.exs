defmodule OneshotAI.DocsTest do
  # Alone: it runs a server and Mix.
  use OneshotAI.Case, async: false

  alias OneshotAI.NewProject

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
  # A block after `<!-- needs: library -->` runs if the library is there, by ERL_LIBS.
  for {name, path} <- [
        {"README.md", @readme},
        {"guides/liveview.md", @liveview},
        {"guides/tour.livemd", @tour},
        {"docs/elixir.md", @guide}
      ] do
    test "every snippet of #{name} runs in a project made for it", %{priced: server} do
      path = unquote(path)
      app = if path == @guide, do: "oneshot", else: "my_app"
      folder = NewProject.create!(app, Enum.map(available(), &String.to_atom/1))
      env = [{"AI_SERVER_URL", TestServer.url(server)}, {"JWT_SECRET", TestServer.secret()}]

      {files, scripts} =
        path |> runnable_blocks() |> Enum.map(&classify/1) |> Enum.split_with(&match?({_, _}, &1))

      assert scripts != []
      files |> Enum.group_by(&elem(&1, 0), &elem(&1, 1)) |> Enum.each(&write(folder, &1))
      add_configuration(folder)

      # The tests of the documents first, without a server.
      tests = for {"test/" <> _, _} = file <- files, do: file
      no_server = [{"AI_SERVER_URL", nil}, {"JWT_SECRET", nil}]
      NewProject.mix!(folder, ["test", "--warnings-as-errors"], [{"MIX_ENV", "test"} | no_server])
      assert path not in [@readme, @guide] or tests != []

      scripts = [scripts, library_calls(path)]
      NewProject.write!(folder, "snippets.exs", scripts |> List.flatten() |> Enum.join("\n"))
      NewProject.mix!(folder, ["run", "snippets.exs"], env)

      # A release starts with what its configuration names, and says what is missing.
      if path == @guide do
        NewProject.mix!(folder, ["release", "--quiet"], [{"MIX_ENV", "prod"}])
        release = Path.join(folder, "_build/prod/rel/oneshot/bin/oneshot")

        expression =
          ~s|Application.ensure_all_started(:oneshot); | <>
            ~s|IO.puts(elem(Oneshot.AIClient.chat("echo", [%{role: "user", content: "Hello, release"}]), 1).text)|

        assert {output, 0} = NewProject.cmd(folder, release, ["eval", expression], env)
        assert output =~ "Hello, release"
        assert {output, status} = NewProject.cmd(folder, release, ["eval", "1"], no_server)
        assert status != 0 and output =~ "JWT_SECRET"
      end
    end
  end

  # What calls the modules that the document shows for each library. Not Phoenix, Oban and pgvector,
  # which need an app or a database around them.
  @libraries %{
    "req" =>
      {Req,
       """
       {:ok, %{"text" => "Hello, Req"}} = Oneshot.AI.chat("echo", [%{role: "user", content: "Hello, Req"}])
       {:error, %{"code" => "unknown_provider"}} = Oneshot.AI.chat("nobody", [%{role: "user", content: "Hi"}])
       question = [%{role: "user", content: "one two three"}]
       {:ok, %{"complete" => true}} = Oneshot.AI.Stream.each_text(question, &send(self(), {:piece, &1}))
       receive do: ({:piece, "one"} -> :ok)
       {:error, %{"code" => "invalid_request"}} = Oneshot.AI.Stream.each_text([], &IO.write/1)
       """},
    "httpoison" =>
      {HTTPoison,
       """
       {:ok, %{"text" => "Hi"}} = Oneshot.AIHTTP.chat("echo", [%{role: "user", content: "Hi"}])
       {:error, %{"code" => "unknown_provider"}} = Oneshot.AIHTTP.chat("nobody", [%{role: "user", content: "Hi"}])
       """},
    "joken" => {Joken, ~s|"ey" <> _token = Oneshot.AIToken.get()\n|},
    "finch" => {Finch, ""}
  }

  defp available?(""), do: true

  defp available?(needs) do
    case @libraries do
      %{^needs => {module, _calls}} -> Code.ensure_loaded?(module)
      _others -> false
    end
  end

  defp available, do: for({name, _} <- @libraries, available?(name), do: name)

  # Those of the guide need each other: all of them, or none.
  defp library_calls(@guide) do
    if length(available()) == map_size(@libraries),
      do: for({_name, {_module, calls}} <- @libraries, do: calls),
      else: []
  end

  defp library_calls(_path), do: []

  defp runnable_blocks(path) do
    ~r/(?:<!-- needs: (\w+) -->\s*)?^ *```elixir\n(.*?)^ *```/ms
    |> Regex.scan(File.read!(path), capture: :all_but_first)
    |> Enum.filter(fn [needs, block] ->
      assert {:ok, _quoted} = Code.string_to_quoted(block), "in #{Path.basename(path)}:\n#{block}"

      available?(needs) and not String.contains?(block, "Mix.install")
    end)
    |> Enum.map(fn [_needs, block] -> String.replace(block, ~s("claude"), ~s("echo")) end)
  end

  defp classify(block) do
    case Regex.run(~r/\A# ((?:mix|config|lib|test)[\w\/.]*\.exs?)\n/, block) do
      [_, path] -> {path, block}
      nil -> block
    end
  end

  # The project has the dependency already.
  defp write(_folder, {"mix.exs", blocks}) do
    for block <- blocks, do: assert(block =~ ":oneshot_ai, path:")
  end

  # What is written to one file in several places of the document is one file of the reader's.
  defp write(folder, {file, blocks}), do: NewProject.write!(folder, file, Enum.join(blocks, "\n"))

  # As in Phoenix: config.exs reads the environment's own file.
  defp add_configuration(folder) do
    if File.exists?(Path.join(folder, "config/test.exs")) do
      text = ~s|\nimport Config\nif config_env() == :test, do: import_config("test.exs")\n|
      File.write!(Path.join(folder, "config/config.exs"), text, [:append])
    end
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

  test "every public module is in one group of the documentation" do
    groups = Mix.Project.config()[:docs][:groups_for_modules]
    {:ok, modules} = :application.get_key(:oneshot_ai, :modules)

    # Mix tasks have a list of their own.
    for module <- modules,
        match?("OneshotAI" <> _, inspect(module)),
        match?({:docs_v1, _, _, _, %{}, _, _}, Code.fetch_docs(module)) do
      names = for {group, members} <- groups, member?(module, members), do: group
      assert [_one] = names, "#{inspect(module)} is in #{inspect(names)}"
    end
  end

  defp member?(module, members) do
    Enum.any?(List.wrap(members), fn
      %Regex{} = pattern -> inspect(module) =~ pattern
      member -> member == module
    end)
  end

  # What behaviours ask for is documented there.
  defp default?(name), do: name in [:__struct__, :exception, :message, :open, :encode!, :decode]

  defp support?(module) do
    module.module_info(:compile)[:source] |> to_string() =~ "/test/support/"
  end
end
