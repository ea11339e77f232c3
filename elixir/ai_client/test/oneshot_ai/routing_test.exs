defmodule OneshotAI.RoutingTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Attempt, DryRun, JSON, UsageReport}

  test "a fallback answers; the attempts say what was tried, and why not" do
    assert {:ok, response} =
             OneshotAI.chat("echo", "one two three",
               model: "echo-fail-upstream_rate_limited",
               fallbacks: ["claude/opus", %{provider: "echo", model: "echo-empty"}, "echo/echo"]
             )

    assert response.text == "one two three"

    assert [
             %Attempt{provider: "claude", outcome: "skipped", reason: "unavailable", cost: nil}
             | tried
           ] = response.attempts

    assert %Attempt{model: "echo-empty", reason: "empty_answer"} = Enum.at(tried, -2)
    assert %Attempt{model: "echo", outcome: "ok", reason: nil} = List.last(tried)
    assert hd(tried).outcome == "upstream_rate_limited"
  end

  test "a route of the server's, as the target and as the model" do
    routes = JSON.encode!(%{tough: %{targets: ["echo/echo-error-first", "echo/echo"]}})
    client = client(TestServer.start!(%{"ROUTES" => routes, "RETRY_MAX" => "0"}))
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("tough", "Hi", client: client)
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat(nil, "Hi", model: "tough", client: client)
    stream = OneshotAI.stream("tough", "Hi", client: client)
    assert {:ok, %{attempts: [_failed, _ok]}} = OneshotAI.collect(stream)
  end

  test "a deadline, and a fallback that is tried beside a silent target" do
    assert {:error, %Error{reason: :deadline_exceeded}} =
             OneshotAI.chat("echo", "Hi", model: "echo-late-5000", deadline_ms: 150)

    assert {:ok, %{model: "echo"}} =
             OneshotAI.chat("echo", "Hi",
               model: "echo-late-5000",
               fallbacks: ["echo/echo"],
               hedge_after_ms: 50
             )

    assert_raise ArgumentError, ~r/:deadline_ms of a chat must be an integer above zero/, fn ->
      OneshotAI.chat("echo", "Hi", deadline_ms: "1s")
    end
  end

  test "a dry run calls nobody and says what would be" do
    assert {:ok, %DryRun{} = plan} =
             OneshotAI.dry_run("echo", "Hi",
               cache: %{},
               strict: true,
               fallbacks: ["claude/opus", "echo/echo-slow"],
               deadline_ms: 5_000,
               policy: [limits: [[per: :subject, requests: 5, window: "1h"]]],
               claims: %{sub: "planner"}
             )

    assert [%{provider: "echo", model: "echo"}, %{model: "echo-slow"}] = plan.targets
    assert [%Attempt{provider: "claude", outcome: "skipped", reason: "unavailable"}] = plan.skipped
    assert %{deadline_ms: 5_000, hedge_after_ms: nil} = plan
    assert [%{kind: "requests", used: 0}] = plan.limits
    assert [%{error: error, warnings: []} | _] = plan.targets
    assert error == nil or match?(%Error{reason: :unsupported_parameter}, error)

    assert {:error, %Error{reason: :unknown_provider}} = OneshotAI.dry_run("nobody", "Hi")
    assert OneshotAI.JSON.encode!(plan) =~ "skipped"
  end

  test "usage: what one subject used, by model" do
    caller = [claims: %{sub: "user-#{System.unique_integer()}"}]
    assert {:ok, _} = OneshotAI.chat("echo", "one two", caller)
    assert {:ok, _} = OneshotAI.chat("echo", "one", [model: "echo-slow"] ++ caller)
    assert {:ok, _} = OneshotAI.embed("echo/echo-embedding", "one", caller)

    report = fn opts ->
      assert {:ok, %UsageReport{} = report} = OneshotAI.usage(opts ++ caller)
      report
    end

    # The ledger is written in the background.
    assert eventually(fn -> report.([]).totals["calls"] == 3 end)

    today = Date.utc_today()
    by_model = report.(group_by: [:day, :model], from: Date.add(today, -1), to: today)
    assert %{to: ^today, view: "own", time_zone: "UTC", next_page: nil} = by_model
    models = for %{"model" => model, "calls" => 1} <- by_model.rows, do: model
    assert Enum.sort(models) == ["echo", "echo-embedding", "echo-slow"]

    assert [%{"kind" => "embed"}] = report.(group_by: :kind, filter: [kind: "embed"]).rows
    assert %{next_page: page} = first = report.(group_by: [:model], limit: 2)
    assert length(first.rows) == 2
    assert [_last] = report.(group_by: [:model], limit: 2, page: page).rows

    assert {:error, %Error{reason: :invalid_request, param: "group_by"}} =
             OneshotAI.usage(group_by: [:planet])

    assert_raise ArgumentError, ~r/did you mean :group_by/, fn -> OneshotAI.usage(group_b: 1) end
  end
end
