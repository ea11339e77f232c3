defmodule OneshotAI.TestTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.Test

  setup do
    {:ok, client: Client.new(transport: Test)}
  end

  test "a text, whole and streamed, and the request", %{client: client} do
    Test.stub("Hello, you.")

    assert {:ok, %{text: "Hello, you.", finish_reason: :stop}} =
             OneshotAI.chat("claude", "Hi", client: client, seed: 1)

    assert_received {:oneshot_ai_request,
                     %{
                       function: :chat,
                       body: %{
                         "provider" => "claude",
                         "seed" => 1,
                         "messages" => [%{"content" => "Hi"}]
                       }
                     }}

    assert [
             %Event.Start{},
             %Event.PartStart{},
             %Event.PartDelta{delta: "Hello,"},
             _,
             _,
             %Event.Done{response: response}
           ] = Enum.to_list(OneshotAI.stream("claude", "Hi", client: client))

    assert response.text == "Hello, you."
  end

  test "all that an answer may have, alike both ways", %{client: client} do
    Test.stub(
      text: "Well.",
      reasoning: "Hm, hm.",
      tool_calls: [[name: :weather, arguments: %{city: "Bergen"}]],
      usage: [input_tokens: 1, output_tokens: 2, total_tokens: 3],
      warnings: [[code: "unsupported_parameter", param: "seed", message: "No."]]
    )

    {:ok, whole} = OneshotAI.chat("claude", "Hi", client: client)
    assert %{finish_reason: :tool_calls, usage: %{total_tokens: 3}, usage_complete?: true} = whole
    assert [%{name: "weather", arguments: %{"city" => "Bergen"}, id: "call_1"}] = whole.tool_calls
    assert [%{param: "seed"}] = whole.warnings

    assert [
             %{"type" => "reasoning", "text" => "Hm, hm."},
             %{"type" => "text"},
             %{"type" => "tool_call"}
           ] = whole.content

    %Event.Done{response: streamed} =
      "claude" |> OneshotAI.stream("Hi", client: client) |> Enum.at(-1)

    assert streamed == whole
  end

  test "errors, and streams that are cut", %{client: client} do
    Test.stub([
      {:error, :rate_limited, status: 429, retry_after: 3, retryable?: true},
      {:error, :forbidden},
      {:cut, "one two"},
      {:cut, "x"}
    ])

    assert {:error, %Error{reason: :rate_limited, retry_after: 3, status: 429, retryable?: true}} =
             OneshotAI.chat("claude", "Hi", client: client)

    assert [{:error, %Error{reason: :forbidden}}] =
             Enum.to_list(OneshotAI.stream("claude", "Hi", client: client))

    events = Enum.to_list(OneshotAI.stream("claude", "Hi", client: client))

    assert {:error, %Error{reason: :upstream_incomplete, partial: %{text: "one"}}} =
             List.last(events)

    assert {:error, %Error{reason: :upstream_incomplete}} =
             OneshotAI.chat("claude", "Hi", client: client)

    assert_raise RuntimeError, ~r/one call more/, fn ->
      OneshotAI.chat("claude", "Hi", client: client)
    end

    Test.stub({:error, :no_such_reason})

    assert_raise ArgumentError, ~r/not a reason/, fn ->
      OneshotAI.chat("claude", "Hi", client: client)
    end
  end

  test "errors are as the server and the client have them", %{client: client} do
    for {reason, status, retryable?} <- [
          {:upstream_overloaded, 503, true},
          {:model_not_found, 404, false},
          {:timeout, nil, true},
          {:connection_refused, nil, true}
        ] do
      Test.stub({:error, reason})

      assert {:error, %Error{reason: ^reason} = error} =
               OneshotAI.chat("claude", "Hi", client: client)

      assert {error.status, error.retryable?} == {status, retryable?}

      assert [{:error, %Error{reason: ^reason}}] =
               Enum.to_list(OneshotAI.stream("claude", "Hi", client: client))
    end

    Test.stub({:error, :upstream_error, status: 503, retryable?: false, upstream: %{status: 529}})

    assert {:error, %Error{status: 503, retryable?: false, upstream: %{status: 529}}} =
             OneshotAI.chat("claude", "Hi", client: client)
  end

  test "a list of errors alone is a list", %{client: client} do
    Test.stub([{:error, :upstream_error}, {:error, :timeout}])

    assert {:error, %Error{reason: :upstream_error}} =
             OneshotAI.chat("claude", "Hi", client: client)

    assert {:error, %Error{reason: :timeout}} = OneshotAI.chat("claude", "Hi", client: client)

    Test.stub([{:cut, "one two"}])

    assert {:error, %Error{reason: :upstream_incomplete}} =
             OneshotAI.chat("claude", "Hi", client: client)
  end

  test "a mistake in a stub raises", %{client: client} do
    Test.stub(txet: "Hello!")

    assert_raise ArgumentError, ~r/did you mean :text\?/, fn ->
      OneshotAI.chat("claude", "Hi", client: client)
    end

    Test.stub({:error, :rate_limited, retry_afer: 3})

    assert_raise ArgumentError, ~r/did you mean :retry_after\?/, fn ->
      OneshotAI.chat("claude", "Hi", client: client)
    end
  end

  test "belongs to the process and those that it starts", %{client: client} do
    Test.stub("mine")

    assert {:ok, "mine"} =
             Task.await(Task.async(fn -> OneshotAI.chat_text("claude", "Hi", client: client) end))

    {:ok, ref} = OneshotAI.stream_to(self(), "claude", "Hi", client: client)
    assert_receive {:oneshot_ai, ^ref, %Event.Done{response: %{text: "mine"}}}

    owner = self()

    ask = fn -> OneshotAI.chat_text("claude", "Hi", client: client) end

    stranger =
      spawn(fn ->
        receive do: (:go -> send(owner, {:result, catch_error(ask.())}))
        receive do: (:go -> send(owner, {:result, ask.()}))
      end)

    send(stranger, :go)
    assert_receive {:result, %RuntimeError{message: "no answer is stubbed" <> _}}
    Test.allow(stranger)
    send(stranger, :go)
    assert_receive {:result, {:ok, "mine"}}
  end

  test "the other functions can be stubbed too", %{client: client} do
    Test.stub(:health, {:error, :connection_refused})
    assert {:error, %Error{reason: :connection_refused}} = OneshotAI.health(client: client)
    assert_received {:oneshot_ai_request, %{function: :health, body: %{}}}
    Test.stub(:list_providers, [[name: "claude", available: false, reason: "No key."]])

    assert {:ok, [%{name: "claude", available?: false, reason: "No key."}]} =
             OneshotAI.list_providers(client: client)

    Test.stub(:list_models, [[id: "m", provider: "claude", context_tokens: 5]])
    assert {:ok, [%{id: "m", context_tokens: 5}]} = OneshotAI.list_models(client: client)
  end

  test "a cost, and who asks", %{client: client} do
    Test.stub(text: "Hi", cost: [currency: "USD", input: 0.1, output: 0.2, total: 0.3])
    opts = [client: client, claims: %{sub: "user-7"}, idempotency_key: "order-17"]
    assert {:ok, %{cost: %{currency: "USD", total: 0.3}}} = OneshotAI.chat("claude", "Hi", opts)
    assert_received {:oneshot_ai_request, %{claims: %{"sub" => "user-7"}, headers: headers}}
    assert %{"idempotency-key" => "order-17", "content-type" => "application/json"} = headers
  end

  test "verify!/0 finds answers that were not asked for", %{client: client} do
    Test.stub(["one", "two"])
    {:ok, "one"} = OneshotAI.chat_text("claude", "Hi", client: client)
    assert_raise RuntimeError, ~r/1 stubbed answers have not been used/, fn -> Test.verify!() end
    {:ok, "two"} = OneshotAI.chat_text("claude", "Hi", client: client)
    assert :ok = Test.verify!()
  end

  test "needs no token; the lists are those of one provider", %{client: client} do
    assert {:ok, %{status: "ok"}} = OneshotAI.health(client: client)
    assert {:ok, [%{name: "test", available?: true}]} = OneshotAI.list_providers(client: client)
    assert {:ok, [%{id: "test", default?: true}]} = OneshotAI.list_models(client: client)
  end
end
