defmodule OneshotAITest do
  use OneshotAI.Case, async: true

  doctest OneshotAI.Cost
  doctest OneshotAI.Error
  doctest OneshotAI.Usage
  doctest OneshotAI.Message
  doctest OneshotAI.Client
  doctest OneshotAI.Schema
  doctest OneshotAI.Tool
  doctest OneshotAI.ToolCall
  doctest OneshotAI.JSON
  doctest OneshotAI.JSON.Builtin
  doctest OneshotAI.Test
  doctest OneshotAI.Transport.Request
  doctest OneshotAI.Transport.Response

  describe "chat/3" do
    test "gives the answer, as the configured server gave it" do
      assert {:ok, %Response{} = response} =
               OneshotAI.chat("echo", [%{role: "user", content: "Hello there"}])

      assert response.text == "Hello there"
      assert response.provider == "echo"
      assert response.model == "echo"
      assert response.finish_reason == :stop
      assert response.raw_finish_reason == "end"

      assert response.message == %{
               role: "assistant",
               content: [%{"type" => "text", "text" => "Hello there"}]
             }

      assert response.usage.input_tokens == 2
      assert response.usage.cached_input_tokens == nil
      assert response.usage_complete?
      assert [%{provider: "echo", outcome: "ok"}] = response.attempts
      assert response.id =~ "echo_"
      assert is_binary(response.request_id)
    end

    test "takes a text, string keys, keyword messages and an atom for the provider" do
      assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi")
      assert {:ok, %{text: "Hi"}} = OneshotAI.chat(:echo, [%{"role" => "user", "content" => "Hi"}])
      assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", [[role: :user, content: "Hi"]])
    end

    test "takes the provider from the model if it is nil" do
      assert {:ok, %{provider: "echo"}} = OneshotAI.chat(nil, "Hi", model: "echo/echo")
    end

    test "takes a provider and its model in one" do
      assert {:ok, %{provider: "echo", model: "echo-slow"}} = OneshotAI.chat("echo/echo-slow", "Hi")

      assert_raise ArgumentError, ~r/the model is named twice/, fn ->
        OneshotAI.chat("echo/echo", "Hi", model: "echo-slow")
      end
    end

    test "an option that is nil is absent" do
      assert {:ok, %{warnings: []}} =
               OneshotAI.chat("echo", "Hi", model: nil, temperature: nil, tools: nil, client: nil)
    end

    test "warns of what the model does not support, or fails if strict" do
      assert {:ok, %{warnings: [%{code: "unsupported_parameter", param: "temperature"}]}} =
               OneshotAI.chat("echo", "Hi", temperature: 0.5)

      assert {:error,
              %Error{
                reason: :unsupported_parameter,
                param: "temperature",
                status: 400,
                retryable?: false
              }} = OneshotAI.chat("echo", "Hi", temperature: 0.5, strict: true)
    end

    test "refuses an option that it does not know, and says which was meant" do
      assert_raise ArgumentError, "limits has no option :page", fn -> OneshotAI.limits(page: 1) end

      assert_raise ArgumentError, ~r/no option :temprature; did you mean :temperature\?/, fn ->
        OneshotAI.chat("echo", "Hi", temprature: 1)
      end

      assert_raise ArgumentError, ~r/no option :stream$/, fn ->
        OneshotAI.chat("echo", "Hi", stream: true)
      end
    end

    test "goes on with the answer's message, or the response itself" do
      messages = [Message.user("First")]
      {:ok, response} = OneshotAI.chat("echo", messages, reasoning: [effort: "low"])
      assert [%{"type" => "reasoning"}, %{"type" => "text"}] = response.content

      for carried <- [response.message, response] do
        next = messages ++ [carried, Message.user("Second")]
        assert {:ok, %{text: "Second"}} = OneshotAI.chat("echo", next)
      end
    end

    test "carries any text" do
      for text <- [
            "naïve café",
            "日本語",
            "👩‍👩‍👧‍👦",
            "a\nb\r\nc\t\"\\",
            <<0x2028::utf8>>,
            "\u0000\u001f",
            "  spaced  "
          ] do
        assert {:ok, %{text: ^text}} = OneshotAI.chat("echo", text)
        assert text == "echo" |> OneshotAI.stream_text(text) |> Enum.join()
      end
    end

    test "carries an answer of a megabyte" do
      text = String.duplicate("0123456789 café ", 62_000)
      assert byte_size(text) > 1_000_000
      assert {:ok, %{text: ^text}} = OneshotAI.chat("echo", text)
      assert text == "echo" |> OneshotAI.stream_text(text) |> Enum.join()
    end
  end

  describe "chat/3 passes on" do
    test "max_tokens" do
      assert {:ok, %{text: "one two", finish_reason: :length}} =
               OneshotAI.chat("echo", "one two three", max_tokens: 2)
    end

    test "stop, as a text and as a list" do
      assert {:ok, %{text: "one "}} = OneshotAI.chat("echo", "one two three", stop: "two")
      assert {:ok, %{text: "one two "}} = OneshotAI.chat("echo", "one two three", stop: ["three"])
    end

    test "model" do
      assert {:error, %Error{reason: :model_not_found}} =
               OneshotAI.chat("echo", "Hi", model: "nothing")

      assert {:ok, %{model: "echo"}} = OneshotAI.chat("echo", "Hi", model: :echo)
    end

    test "reasoning" do
      assert {:ok, %{content: [%{"type" => "reasoning"}, _]}} =
               OneshotAI.chat("echo", "Hi", reasoning: [effort: "high"])

      assert {:ok, %{content: [%{"type" => "reasoning"}, _]}} =
               OneshotAI.chat("echo", "Hi", reasoning: %{budget_tokens: 9})

      assert {:ok, %{content: [_]}} =
               OneshotAI.chat("echo", "Hi", reasoning: %{effort: "high", visible: false})
    end

    test "response_format" do
      assert {:ok, %{text: ~s({"echo":"Hi"})}} =
               OneshotAI.chat("echo", "Hi", response_format: %{type: "json"})

      schema = %{type: "object", properties: %{word: %{type: "string"}}}

      assert {:ok, %{text: ~s({"word":"Hi"})}} =
               OneshotAI.chat("echo", "Hi",
                 response_format: [type: "json_schema", name: "word", schema: schema]
               )
    end

    test "tools, tool_choice and parallel_tool_calls" do
      tools = [
        %{
          name: "weather",
          description: "Weather",
          parameters: %{type: "object", properties: %{city: %{type: "string"}}}
        },
        [name: "clock"]
      ]

      assert {:ok, %{finish_reason: :tool_calls, tool_calls: [weather, clock], text: ""}} =
               OneshotAI.chat("echo", "weather and clock", tools: tools)

      assert %{name: "weather", arguments: %{"city" => "weather and clock"}} = weather
      assert %{name: "clock", arguments: %{}} = clock

      assert {:ok, %{tool_calls: [_one]}} =
               OneshotAI.chat("echo", "weather and clock", tools: tools, parallel_tool_calls: false)

      assert {:ok, %{tool_calls: [%{name: "clock"}]}} =
               OneshotAI.chat("echo", "Hi", tools: tools, tool_choice: %{name: "clock"})

      assert {:ok, %{tool_calls: []}} =
               OneshotAI.chat("echo", "weather", tools: tools, tool_choice: "none")
    end

    test "temperature, top_p, seed, cache: named in the warnings of a model that has none of them" do
      opts = [temperature: 1, top_p: 0.9, seed: 7, cache: %{ttl: "1h"}]
      assert {:ok, %{warnings: warnings}} = OneshotAI.chat("echo", "Hi", opts)

      assert Enum.sort(Enum.map(warnings, & &1.param)) == ["cache", "seed", "temperature", "top_p"]
    end

    test "metadata and extras" do
      assert {:ok, _response} =
               OneshotAI.chat("echo", "Hi",
                 metadata: %{order: "17"},
                 extras: %{anthropic: %{top_k: 1}}
               )

      assert {:error, %Error{reason: :invalid_request, param: "metadata" <> _}} =
               OneshotAI.chat("echo", "Hi", metadata: %{order: 17})
    end

    test "pictures and documents" do
      content = [Message.image(<<1, 2, 3>>, "image/png"), Message.document("%PDF")]
      assert {:ok, %{text: "[image] [document]"}} = OneshotAI.chat("echo", [Message.user(content)])
    end

    test "idempotency_key" do
      # It arrives: this server keeps no answers, and says which header asked for one.
      assert {:error, %Error{reason: :answers_not_kept, param: "Idempotency-Key"}} =
               OneshotAI.chat("echo", "Hi", idempotency_key: "order-17")

      assert_raise ArgumentError, ~r/line break/, fn ->
        OneshotAI.chat("echo", "Hi", idempotency_key: "a\r\nb: c")
      end
    end
  end

  describe "the variants of chat/3" do
    test "chat!/3 gives the response or raises" do
      assert %Response{text: "Hi"} = OneshotAI.chat!("echo", "Hi")

      assert_raise Error, ~r/model_not_found, request \w+/, fn ->
        OneshotAI.chat!("echo", "Hi", model: "nothing")
      end
    end

    test "chat_text/3 gives the text" do
      assert {:ok, "Hi"} = OneshotAI.chat_text("echo", "Hi")
      assert {:error, %Error{reason: :unknown_provider}} = OneshotAI.chat_text("nobody", "Hi")
    end
  end

  describe "about the server" do
    test "health/0" do
      assert {:ok, %{status: "ok", version: "0." <> _, runtime: "bun"}} = OneshotAI.health()
    end

    test "list_providers/0" do
      assert {:ok, providers} = OneshotAI.list_providers()

      assert %{available?: true, default_model: "echo", reason: nil} =
               Enum.find(providers, &(&1.name == "echo"))

      assert %{available?: false, reason: reason, aliases: aliases} =
               Enum.find(providers, &(&1.name == "claude"))

      assert reason =~ "ANTHROPIC_API_KEY"
      assert "anthropic" in aliases
    end

    test "list_models/0" do
      assert {:ok, models} = OneshotAI.list_models()
      assert %{provider: "echo", available?: true} = Enum.find(models, &(&1.id == "echo"))

      assert %{context_tokens: tokens, available?: false} =
               Enum.find(models, &(&1.provider == "claude" and &1.default?))

      assert tokens > 100_000
    end
  end
end
