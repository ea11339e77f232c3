defmodule OneshotAI.PolicyTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Limit, Policy, Token}

  doctest OneshotAI.Policy
  doctest OneshotAI.Limit

  # The server's own tests judge the same policies.
  vectors = Path.join(TestServer.repository(), "test/fixtures/policies.json")
  @external_resource vectors
  {:ok, vectors} = vectors |> File.read!() |> OneshotAI.JSON.decode()

  for %{"name" => name, "ai" => policy} <- vectors["valid"] do
    test "#{name} is a policy" do
      policy = unquote(Macro.escape(policy))
      assert Policy.new(policy) == {:ok, policy}
    end
  end

  for %{"name" => name, "ai" => policy, "fault" => fault} <- vectors["invalid"] do
    test "#{name} is none" do
      assert Policy.new(unquote(Macro.escape(policy))) == {:error, unquote(fault)}
    end
  end

  test "keywords, atoms and string keys are alike" do
    assert Policy.new!(
             tenant: "acme",
             mode: :shadow,
             limits: [[per: :subject, usd: 2.5, window: "1d"], %{per: "tenant", concurrent: 2}]
           ) == %{
             "tenant" => "acme",
             "mode" => "shadow",
             "limits" => [
               %{"per" => "subject", "usd" => 2.5, "window" => "1d"},
               %{"per" => "tenant", "concurrent" => 2}
             ]
           }
  end

  describe "on the server" do
    defp caller(policy), do: [policy: policy, claims: %{sub: "user-#{System.unique_integer()}"}]

    test "models and lengths" do
      caller = caller(models: ["*", "!echo/echo-slow"], max_output_tokens: 5)

      assert {:error, %Error{reason: :forbidden, param: "model", message: message}} =
               OneshotAI.chat("echo", "Hi", [model: "echo-slow"] ++ caller)

      assert message =~ "(models) does not allow echo/echo-slow"

      assert {:error, %Error{reason: :forbidden, param: "max_tokens"}} =
               OneshotAI.chat("echo", "Hi", [max_tokens: 6] ++ caller)

      assert {:ok, _response} = OneshotAI.chat("echo", "Hi", caller)
    end

    test "a rate: which limit it was, in the error and in limits/1" do
      caller = caller(limits: [[per: :subject, requests: 2, window: "1h"]])
      assert {:ok, _} = OneshotAI.chat("echo", "Hi", caller)
      assert {:ok, %{text: "Hi"}} = OneshotAI.collect(OneshotAI.stream("echo", "Hi", caller))

      assert {:error, %Error{reason: :rate_limited, limit: limit} = error} =
               OneshotAI.chat("echo", "Hi", caller)

      assert %Limit{per: "subject", kind: "requests", limit: 2, used: 2, reserved: 0} = limit
      assert DateTime.compare(limit.resets_at, DateTime.utc_now()) == :gt
      assert error.retry_after > 0
      assert Error.rate_limited?(error)

      assert {:ok, [standing]} = OneshotAI.limits(caller)
      assert %Limit{kind: "requests", window: "3600s", mode: "enforce"} = standing
      assert Limit.left(standing) == 0
      assert OneshotAI.JSON.encode!(error) =~ ~s("resets_at":")
    end

    test "money" do
      catalog = ~s({"echo": [{"id": "echo", "price": {"input": 1000, "output": 1000}}]})
      server = TestServer.start!(%{"MODEL_CATALOG" => catalog, "RESERVE_OUTPUT_TOKENS" => "1"})
      client = client(server)
      limits = [[per: :subject, usd: 0.003, window: "1d"]]
      caller = [client: client, policy: [limits: limits], claims: %{sub: "spender"}]

      assert {:ok, %{cost: %{total: total}, attempts: [attempt]}} =
               OneshotAI.chat("echo", "Hi", caller)

      assert total > 0
      assert attempt.cost.total == total

      assert {:error, %Error{reason: :budget_exceeded, retryable?: false, limit: limit}} =
               OneshotAI.chat("echo", "one two three four", caller)

      assert %Limit{kind: "usd", limit: 0.003} = limit
    end

    test "a token that is handed out" do
      policy = Policy.new!(limits: [[per: :token, requests: 1, window: "1h"]])
      token = Token.mint!(%{sub: 42, ai: policy}, lifetime: 60)
      browser = Client.new(token: token)
      assert {:ok, _} = OneshotAI.chat("echo", "Hi", client: browser)

      assert {:error, %Error{reason: :rate_limited, limit: %{per: "token"}}} =
               OneshotAI.chat("echo", "Hi", client: browser)

      # The next one has a limit of its own.
      other = Client.new(token: Token.mint!(sub: 42, ai: policy))
      assert {:ok, _} = OneshotAI.chat("echo", "Hi", client: other)
    end

    test "the client's own claims may hold a policy for all calls" do
      jwt = [secret: TestServer.secret(), claims: %{ai: [models: []]}]
      client = client(server(), jwt: jwt)

      assert {:error, %Error{reason: :forbidden}} = OneshotAI.chat("echo", "Hi", client: client)
      # A call's policy replaces it.
      assert {:ok, _} = OneshotAI.chat("echo", "Hi", client: client, policy: [models: ["echo/*"]])
    end
  end

  test "a policy that is none never leaves the client" do
    wrong = [limits: [[per: :subject, usd: 1, windw: "1d"]]]
    message = ~r/the policy is not valid: ai: limits\[0\].windw is not a member of a policy/

    assert_raise ArgumentError, message, fn -> OneshotAI.chat("echo", "Hi", policy: wrong) end

    assert_raise ArgumentError, message, fn ->
      OneshotAI.chat("echo", "Hi", claims: %{ai: wrong})
    end

    assert_raise ArgumentError, message, fn -> Token.mint!(ai: wrong) end

    assert_raise ArgumentError, message, fn ->
      Client.new(jwt: [secret: TestServer.secret(), claims: %{ai: wrong}])
    end

    assert_raise ArgumentError, ~r/both :policy and the claim ai/, fn ->
      OneshotAI.chat("echo", "Hi", policy: [], claims: %{ai: %{}})
    end

    assert_raise ArgumentError, ~r/no key to sign/, fn ->
      Token.mint!(%{}, client: Client.new(token: "t"))
    end
  end
end
