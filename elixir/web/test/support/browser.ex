defmodule Oneshot.Web.Browser do
  @moduledoc false
  # Chromium without a window, steered by its DevTools protocol over a pipe: messages of JSON, each
  # ended by a zero byte.

  alias OneshotAI.JSON

  # It reads from descriptor 3 and writes to 4; the shell ends it when the VM's side of the pipe is
  # closed.
  @wrapper ~S"""
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  "$@" --user-data-dir="$folder" 3<&0 4>&1 </dev/null >/dev/null 2>&1
  """

  @flags ~w(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --remote-debugging-pipe --window-size=1000,760 about:blank)

  defstruct [:port, :session]

  def path, do: System.find_executable("chromium") || System.find_executable("chromium-browser")

  @doc "A browser with one page. It ends with the process that started it."
  def start! do
    port =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        args: ["-c", @wrapper, "browser", path()] ++ @flags
      ])

    browser = %__MODULE__{port: port}
    %{"targetInfos" => targets} = call(browser, "Target.getTargets")
    %{"targetId" => target} = Enum.find(targets, &(&1["type"] == "page"))

    %{"sessionId" => session} =
      call(browser, "Target.attachToTarget", %{targetId: target, flatten: true})

    %{browser | session: session}
  end

  def stop(browser), do: call(%{browser | session: nil}, "Browser.close")

  def visit(browser, url) do
    call(browser, "Page.navigate", %{url: url})
    wait_for(browser, "document.readyState === 'complete'")
  end

  @doc "The value of an expression in the page."
  def evaluate(browser, expression) do
    %{"result" => result} =
      call(browser, "Runtime.evaluate", %{
        expression: expression,
        awaitPromise: true,
        returnByValue: true
      })

    result["value"]
  end

  @doc "Waits until an expression is true in the page; gives its value."
  def wait_for(browser, expression, timeout \\ 10_000) do
    deadline = System.monotonic_time(:millisecond) + timeout
    wait_until(browser, expression, deadline)
  end

  defp wait_until(browser, expression, deadline) do
    value = evaluate(browser, expression)

    cond do
      value ->
        value

      System.monotonic_time(:millisecond) > deadline ->
        raise "not so in the page: #{expression}\n" <> evaluate(browser, "document.body.innerText")

      true ->
        Process.sleep(30)
        wait_until(browser, expression, deadline)
    end
  end

  @doc "Types a text, as a person does, into what has the focus."
  def type(browser, text), do: call(browser, "Input.insertText", %{text: text})

  def press_enter(browser) do
    key = %{key: "Enter", code: "Enter", windowsVirtualKeyCode: 13}
    call(browser, "Input.dispatchKeyEvent", Map.merge(key, %{type: "keyDown", text: "\r"}))
    call(browser, "Input.dispatchKeyEvent", Map.put(key, :type, "keyUp"))
  end

  def screenshot(browser, path) do
    %{"data" => data} = call(browser, "Page.captureScreenshot", %{format: "png"})
    File.write!(path, Base.decode64!(data))
  end

  defp call(browser, method, params \\ %{}) do
    id = System.unique_integer([:positive])
    message = %{id: id, method: method, params: params}
    message = if browser.session, do: Map.put(message, :sessionId, browser.session), else: message
    Port.command(browser.port, [JSON.encode!(message), 0])
    await(browser.port, id, Process.delete({__MODULE__, browser.port}) || "")
  end

  defp await(port, id, buffer) do
    case :binary.split(buffer, <<0>>) do
      [message, rest] ->
        {:ok, message} = JSON.decode(message)

        case message do
          %{"id" => ^id, "result" => result} ->
            Process.put({__MODULE__, port}, rest)
            result

          %{"id" => ^id, "error" => error} ->
            raise "the browser: #{inspect(error)}"

          _event ->
            await(port, id, rest)
        end

      [incomplete] ->
        receive do
          {^port, {:data, data}} -> await(port, id, incomplete <> data)
        after
          20_000 -> raise "the browser did not answer"
        end
    end
  end
end
