defmodule Oneshot.Web.ReleaseTest do
  # The release as it is deployed, on a free port, beside the real server; and the page in a browser.
  use ExUnit.Case, async: false

  import OneshotAI.Case, only: [eventually: 1, eventually: 2]

  alias OneshotAI.TestServer
  alias Oneshot.Web.Browser

  @web Path.expand("..", __DIR__)
  @moduletag timeout: 180_000

  setup_all do
    folder = Path.join(System.tmp_dir!(), "oneshot-release-#{System.unique_integer([:positive])}")
    env = [{"MIX_ENV", "prod"}, {"MIX_BUILD_PATH", Path.join(folder, "build")}]

    {output, status} =
      System.cmd("mix", ["release", "--path", folder, "--quiet"],
        cd: @web,
        env: env,
        stderr_to_stdout: true
      )

    assert status == 0, output
    on_exit(fn -> File.rm_rf!(folder) end)
    {:ok, release: Path.join(folder, "bin/oneshot")}
  end

  setup %{release: release} do
    server = TestServer.start!()
    url = TestServer.url(server)
    port = free_port()

    # The shell ends the release when this process's side of the pipe is closed.
    wrapper = ~S"""
    exec 3<&0
    "$@" </dev/null &
    release=$!
    echo "pid $release"
    { cat <&3 >/dev/null; kill $release 2>/dev/null; } &
    wait $release
    echo "exit $?"
    """

    process =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        :stderr_to_stdout,
        line: 10_000,
        args: ["-c", wrapper, "release", release, "start"],
        env: [
          {~c"PORT", ~c"#{port}"},
          {~c"AI_SERVER_URL", to_charlist(url)},
          {~c"JWT_SECRET", to_charlist(TestServer.secret())},
          {~c"WEB_PASSWORD", false},
          {~c"RELEASE_DISTRIBUTION", false}
        ]
      ])

    assert_receive {^process, {:data, {:eol, "pid " <> pid}}}
    assert eventually(fn -> healthy?(port) end, 60_000)
    {:ok, server: server, process: process, pid: pid, port: port}
  end

  defp healthy?(port) do
    with {:ok, socket} <- :gen_tcp.connect(~c"localhost", port, [:binary, active: false]) do
      :ok = :gen_tcp.send(socket, "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
      answer = :gen_tcp.recv(socket, 0, 5_000)
      :gen_tcp.close(socket)
      match?({:ok, "HTTP/1.1 200 " <> _}, answer)
    else
      {:error, _not_yet} -> false
    end
  end

  defp free_port do
    {:ok, listener} = :gen_tcp.listen(0, [])
    {:ok, port} = :inet.port(listener)
    :gen_tcp.close(listener)
    port
  end

  test "stops when it is asked to, and lets answers end", %{process: process, pid: pid, port: port} do
    body =
      ~s({"provider":"echo","model":"echo-slow","messages":[{"role":"user","content":"one two three four five"}]})

    {:ok, socket} = :gen_tcp.connect(~c"localhost", port, [:binary, active: false])

    head =
      "POST /chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: #{byte_size(body)}\r\n\r\n"

    :ok = :gen_tcp.send(socket, [head, body])
    assert {:ok, "HTTP/1.1 200" <> _} = :gen_tcp.recv(socket, 0, 5_000)
    {_, 0} = System.cmd("kill", ["-TERM", pid])
    assert read_to_end(socket, "") =~ ~s("type":"done")
    assert_receive {^process, {:data, {:eol, "exit 0"}}}
  end

  defp read_to_end(socket, text) do
    case :gen_tcp.recv(socket, 0, 10_000) do
      {:ok, bytes} -> read_to_end(socket, text <> bytes)
      {:error, :closed} -> text
    end
  end

  test "opens no port but its own", %{pid: pid} do
    assert listening(pid) == 1
  end

  # Sockets of this process that listen, as the operating system sees them.
  defp listening(pid) do
    listening =
      for file <- ["/proc/net/tcp", "/proc/net/tcp6"],
          File.exists?(file),
          line <- File.stream!(file),
          ["0A" = _listen, inode] <- [line |> String.split() |> fields()],
          into: MapSet.new(),
          do: inode

    Path.wildcard("/proc/#{pid}/fd/*")
    |> Enum.flat_map(fn link ->
      case File.read_link(link) do
        {:ok, "socket:[" <> rest} -> [String.trim_trailing(rest, "]")]
        _other -> []
      end
    end)
    |> Enum.count(&MapSet.member?(listening, &1))
  end

  defp fields(columns), do: [Enum.at(columns, 3), Enum.at(columns, 9)]

  @tag :browser
  test "the page in a browser: a prompt typed, the answer written, stopped, and left", %{
    server: server,
    port: port
  } do
    browser = Browser.start!()
    Browser.visit(browser, "http://localhost:#{port}/")
    Browser.wait_for(browser, "!document.querySelector('#send').disabled")
    shoot(browser, "page-empty")

    # The answer streams: a part of it is there before the whole is.
    Browser.evaluate(
      browser,
      "document.querySelector('#provider').selectedIndex = 1, document.querySelector('#prompt').focus()"
    )

    Browser.type(browser, "The answer appears word by word, as it is written: “naïve” 日本 👋.")
    Browser.press_enter(browser)
    written = "document.querySelector('.writing .text')?.innerText"
    early = Browser.wait_for(browser, "(text => text?.includes('appears') && text)(#{written})")
    refute early =~ "👋"
    shoot(browser, "page-streaming")

    Browser.wait_for(
      browser,
      "document.querySelector('.assistant:not(.writing) .text')?.innerText.includes('👋')"
    )

    assert Browser.evaluate(browser, "document.querySelector('.assistant .meta').innerText") =~
             "echo echo-slow · 13 + 13 tokens"

    # The second turn carries the first one with it.
    Browser.evaluate(browser, "document.querySelector('#provider').selectedIndex = 0")
    Browser.type(browser, "<b>And a second turn</b>")
    Browser.press_enter(browser)

    Browser.wait_for(
      browser,
      "document.querySelectorAll('.assistant:not(.writing) .meta').length === 2"
    )

    assert Browser.evaluate(
             browser,
             "[...document.querySelectorAll('.assistant .text')].at(-1).innerText"
           ) ==
             "<b>And a second turn</b>"

    assert Browser.evaluate(
             browser,
             "[...document.querySelectorAll('.assistant .meta')].at(-1).innerText"
           ) =~
             "30 + 4 tokens"

    shoot(browser, "page-done")

    cancelled = fn -> Enum.count(TestServer.log(server), &(&1["code"] == "cancelled")) end
    slow = "document.querySelector('#provider').selectedIndex = 1"

    # Stopped by its button.
    Browser.evaluate(browser, slow)
    Browser.type(browser, String.duplicate("stop me ", 40))
    Browser.press_enter(browser)

    Browser.wait_for(
      browser,
      "document.querySelector('.writing .text')?.innerText.includes('stop')"
    )

    Browser.evaluate(browser, "document.querySelector('#stop').click()")

    Browser.wait_for(
      browser,
      "[...document.querySelectorAll('.fault')].at(-1)?.innerText === 'Stopped.'"
    )

    assert eventually(fn -> cancelled.() == 1 end)

    # Left.
    Browser.type(browser, String.duplicate("leave me ", 40))
    Browser.press_enter(browser)

    Browser.wait_for(
      browser,
      "document.querySelector('.writing .text')?.innerText.includes('leave')"
    )

    Browser.visit(browser, "about:blank")
    assert eventually(fn -> cancelled.() == 2 end)

    Browser.stop(browser)
  end

  # With SCREENSHOTS set to a folder, the pictures stay there.
  defp shoot(browser, name) do
    folder = System.get_env("SCREENSHOTS") || System.tmp_dir!()
    path = Path.join(folder, name <> ".png")
    Browser.screenshot(browser, path)
    assert File.stat!(path).size > 5_000
    if System.get_env("SCREENSHOTS") == nil, do: File.rm!(path)
  end
end
