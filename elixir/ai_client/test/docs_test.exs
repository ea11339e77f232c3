defmodule OneshotAI.DocsTest do
  # Alone: it runs a server and Mix.
  use OneshotAI.Case, async: false

  @readme Path.expand("../README.md", __DIR__)
  @guide Path.join(TestServer.repository(), "docs/elixir.md")

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

  test "every piece of Elixir in the documents is Elixir" do
    for path <- [@readme, @guide], block <- blocks(path, "elixir") do
      assert {:ok, _quoted} = Code.string_to_quoted(block), "in #{Path.basename(path)}:\n#{block}"
    end
  end

  test "every function of the client that the documents name is there" do
    names = OneshotAI.__info__(:functions) |> Keyword.keys() |> Enum.uniq()

    for path <- [@readme, @guide],
        [_, name] <- Regex.scan(~r/Oneshot\.OneshotAI\.([a-z_]+[!?]?)\(/, File.read!(path)) do
      assert String.to_atom(name) in names, "#{Path.basename(path)} names #{name}"
    end

    for path <- [@readme, @guide],
        [module] <- Regex.scan(~r/Oneshot\.OneshotAI(?:\.[A-Z]\w+)+/, File.read!(path)) do
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
