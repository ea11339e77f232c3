defmodule Oneshot.Web.ReleaseTest do
  # The release as it is deployed, on a free port, beside the real server; and the page in a
  # browser.
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
      "document.querySelector('#provider').selectedIndex = 2, document.querySelector('#prompt').focus()"
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

    assert Browser.evaluate(browser, "document.querySelector('.turn .meta').innerText") =~
             "echo echo-slow · 13 + 13 tokens"

    # The second turn carries the first one with it.
    Browser.evaluate(browser, "document.querySelector('#provider').selectedIndex = 0")
    Browser.type(browser, "<b>And a second turn</b>")
    Browser.press_enter(browser)

    Browser.wait_for(
      browser,
      "document.querySelectorAll('.assistant:not(.writing)').length === 2"
    )

    assert Browser.evaluate(
             browser,
             "[...document.querySelectorAll('.assistant .text')].at(-1).innerText"
           ) ==
             "<b>And a second turn</b>"

    assert Browser.evaluate(
             browser,
             "[...document.querySelectorAll('.turn .meta')].at(-1).innerText"
           ) =~
             "30 + 4 tokens"

    shoot(browser, "page-done")

    cancelled = fn -> Enum.count(TestServer.log(server), &(&1["code"] == "cancelled")) end
    slow = "document.querySelector('#provider').selectedIndex = 2"

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

  @markdown """
  # Title

  Some **bold**, *italic*, `code` and [a link](https://example.com/a_(b)).

  - one
  - two
    1. inner

  | a | b |
  | - | - |
  | 1 | `x` |

  > quoted

  ```elixir
  IO.puts("<b>hi</b>")
  ```
  """

  @tag :browser
  test "Markdown, safely", %{port: port} do
    browser = Browser.start!()
    Browser.visit(browser, "http://localhost:#{port}/")

    render = fn text ->
      Browser.evaluate(browser, """
      import("/markdown.js").then(({ render }) => {
        const target = document.createElement("div");
        target.append(...render(#{OneshotAI.JSON.encode!(text)}));
        return target.innerHTML;
      })
      """)
    end

    html = render.(@markdown)
    assert html =~ "<h2>Title</h2>"
    assert html =~ "<strong>bold</strong>, <em>italic</em>, <code>code</code>"

    assert html =~
             ~s(<a href="https://example.com/a_(b\)" target="_blank" rel="noopener noreferrer">)

    assert html =~ "<ul><li>one</li><li>two<ol start=\"1\"><li>inner</li></ol></li></ul>"
    assert html =~ "<thead><tr><th>a</th><th>b</th></tr></thead>"
    assert html =~ "<td><code>x</code></td>"
    assert html =~ "<blockquote><p>quoted</p></blockquote>"

    assert html =~
             ~s(<pre data-language="elixir"><code>IO.puts\("&lt;b&gt;hi&lt;/b&gt;"\)</code></pre>)

    for attack <- [
          "<img src=x onerror=alert(1)>",
          "[x](javascript:alert(1))",
          "[x](data:text/html,<script>alert(1)</script>)",
          "**<script>alert(1)</script>**",
          "```\"><script>\nalert(1)\n```",
          "https://x\"onmouseover=alert(1)"
        ] do
      html = render.(attack)
      refute html =~ ~r/<(img|script)|<[^>]* on\w+=|href="(javascript|data):/, html
    end

    # While it is being written: every beginning of the text renders.
    for size <- 0..String.length(@markdown)//7 do
      assert is_binary(render.(String.slice(@markdown, 0, size)))
    end

    Browser.stop(browser)
  end

  @tag :browser
  test "what is on the page is what the model gets: after Stop, and tried again", %{port: port} do
    browser = Browser.start!()
    Browser.visit(browser, "http://localhost:#{port}/")
    Browser.wait_for(browser, "!document.querySelector('#send').disabled")

    # Keeps the bodies of the page's requests.
    Browser.evaluate(browser, """
    window.asked = [];
    const original = window.fetch;
    window.fetch = (url, init) => { if (init?.body) asked.push(JSON.parse(init.body)); return original(url, init); };
    document.querySelector('#provider').selectedIndex = 2;
    document.querySelector('#prompt').focus()
    """)

    Browser.type(browser, String.duplicate("stop me ", 40))
    Browser.press_enter(browser)

    Browser.wait_for(
      browser,
      "document.querySelector('.writing .text')?.innerText.includes('stop')"
    )

    Browser.evaluate(browser, "document.querySelector('#stop').click()")
    Browser.wait_for(browser, "document.querySelector('.fault')?.innerText === 'Stopped.'")
    shown = Browser.evaluate(browser, "document.querySelector('.assistant .text').innerText.trim()")

    Browser.evaluate(browser, "document.querySelector('#provider').selectedIndex = 0")
    Browser.type(browser, "And now?")
    Browser.press_enter(browser)
    Browser.wait_for(browser, "document.querySelectorAll('.assistant:not(.writing)').length === 2")
    assert [%{"role" => "user"}, partial, last] = Browser.evaluate(browser, "asked.at(-1).messages")
    assert %{"role" => "assistant", "content" => content} = partial
    assert String.trim(content) == shown
    assert %{"content" => "And now?"} = last

    # Tried again: the same conversation, and one turn on the page, not two.
    Browser.evaluate(browser, "document.querySelector('.retry button').click()")
    Browser.wait_for(browser, "asked.length === 3 && !document.querySelector('.writing')")
    assert Browser.evaluate(browser, "JSON.stringify(asked[2]) === JSON.stringify(asked[1])")
    assert Browser.evaluate(browser, "document.querySelectorAll('.turn').length") == 2
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
