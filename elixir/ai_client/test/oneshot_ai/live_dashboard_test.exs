defmodule OneshotAI.LiveDashboardTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.LiveDashboard

  defp session(opts \\ []) do
    sub = "dashboard-#{System.unique_integer([:positive])}"
    limits = [[per: :subject, requests: 5, window: "1h"], [per: :subject, usd: 2, window: "1d"]]
    opts = [days: 2, claims: %{sub: sub}, policy: [limits: limits]] ++ opts
    {LiveDashboard.init(opts), opts}
  end

  defp use_some(opts) do
    call = [policy: [limits: [hd(opts[:policy][:limits])]], claims: opts[:claims]]
    {:ok, _} = OneshotAI.chat("echo", "one two three", call)
    {:ok, _} = OneshotAI.chat("echo", "one", [model: "echo-slow"] ++ call)

    assert eventually(fn ->
             match?({:ok, %{totals: %{"calls" => 2}}}, OneshotAI.usage(claims: opts[:claims]))
           end)
  end

  test "what the server tells, as tables" do
    {session, opts} = session()
    use_some(opts)
    assert %{faults: [], tables: [usage, limits, providers]} = LiveDashboard.load(session)

    assert usage.title == "The last 2 days (UTC)"
    assert ["echo", "echo", "1", "0", "3", "3", "–"] in usage.rows
    assert ["All", "", "2" | _] = List.last(usage.rows)

    for table <- [usage, limits, providers], row <- table.rows do
      assert length(row) == length(table.columns)
    end

    assert [["subject", "requests", "5", "2", "0", "3", "3600s", reset], ["subject", "usd" | money]] =
             limits.rows

    assert reset =~ ~r/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
    assert ["$2.0000", "$0.0000" | _] = money
    assert ["echo", "yes", ""] in providers.rows
    assert Enum.any?(providers.rows, &match?(["claude", "no", "" <> _why], &1))
  end

  test "a server that is away, or does not allow it, is told once" do
    {session, _opts} = session()
    session = %{session | claims: %{sub: "x", scope: "chat"}}
    assert %{faults: [fault], tables: [_providers]} = LiveDashboard.load(session)
    assert fault =~ "scope lacks usage:read"

    assert_raise ArgumentError, ~r/no option :day; did you mean :days/, fn ->
      LiveDashboard.init(day: 3)
    end
  end

  if Code.ensure_loaded?(Phoenix.LiveDashboard.PageBuilder) do
    defmodule Page do
      use OneshotAI.LiveDashboard
    end

    test "the page in LiveDashboard" do
      {session, opts} = session()
      use_some(opts)
      assert {:ok, ^session} = Page.init(opts)
      assert {:ok, "AI"} = Page.menu_link(session, %{})
      {:ok, socket} = Page.mount(%{}, session, %Phoenix.LiveView.Socket{})
      html = fn socket -> socket.assigns |> Page.render() |> Phoenix.HTML.Safe.to_iodata() end
      text = html.(socket) |> IO.iodata_to_binary()
      assert text =~ "<td>echo-slow</td>"
      assert text =~ "<th>Output tokens</th>"
      refute text =~ "role=\"alert\""
      assert {:noreply, refreshed} = Page.handle_refresh(socket)
      assert IO.iodata_to_binary(html.(refreshed)) == text

      gone = put_in(socket.assigns.report.faults, ["<The server is away.>"])
      assert IO.iodata_to_binary(html.(gone)) =~ "&lt;The server is away.&gt;"
    end
  end
end
