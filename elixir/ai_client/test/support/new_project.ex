defmodule OneshotAI.NewProject do
  @moduledoc false
  # A Mix project in a temporary folder, as a reader of the documents would make it.

  import ExUnit.Assertions

  @library Path.expand("../..", __DIR__)

  # Neither this build nor its environment is the project's.
  @env [{"MIX_ENV", nil}, {"MIX_BUILD_PATH", nil}]

  @doc """
  `mix new`, with this library as its dependency, and others that are on the code path. The folder is
  removed after the test.
  """
  def create!(app, libraries \\ []) do
    folder = Path.join(System.tmp_dir!(), "#{app}-#{System.unique_integer([:positive])}")
    ExUnit.Callbacks.on_exit(fn -> File.rm_rf!(folder) end)
    assert {_output, 0} = System.cmd("mix", ["new", folder, "--app", app], env: @env)
    mix = Path.join(folder, "mix.exs")
    dependency = "{:oneshot_ai, path: #{inspect(@library)}}"

    text =
      mix
      |> File.read!()
      |> String.replace(~r/defp deps do\n\s+\[\n.*?\n    \]/s, "defp deps do\n[#{dependency}]")
      # Libraries on ERL_LIBS stay on the path (Elixir 1.15 and later would remove them).
      |> String.replace("app: :#{app},", "app: :#{app}, prune_code_paths: false,")
      |> String.replace("[:logger]", inspect([:logger | libraries]))

    File.write!(mix, text |> Code.format_string!() |> IO.iodata_to_binary() |> Kernel.<>("\n"))
    folder
  end

  @doc "Writes a file of the project."
  def write!(folder, file, text) do
    path = Path.join(folder, file)
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
  end

  @doc "Runs Mix in the project, and returns what it printed. It must succeed, without a warning."
  def mix!(folder, arguments, env \\ []) do
    {output, status} = cmd(folder, "mix", arguments, env)
    assert status == 0, "mix #{Enum.join(arguments, " ")}:\n#{output}"
    refute output =~ "warning:", output
    output
  end

  @doc "Runs a program in the project; what it printed, and its status."
  def cmd(folder, program, arguments, env \\ []) do
    # A program that fails must not leave a dump of its VM behind.
    env = @env ++ [{"ERL_CRASH_DUMP_SECONDS", "0"} | env]
    System.cmd(program, arguments, cd: folder, env: env, stderr_to_stdout: true)
  end
end
