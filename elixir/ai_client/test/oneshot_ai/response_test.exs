defmodule OneshotAI.ResponseTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.Part

  @body %{"content" => [%{"type" => "text", "text" => "Hello"}]}

  test "what the vendor says about its answer does not go back with the message" do
    extras = %{"openai_chat" => %{"system_fingerprint" => "fp_1"}}
    response = Response.decode(Map.put(@body, "extras", extras))
    assert response.extras == extras
    assert response.message == %{role: "assistant", content: @body["content"]}
  end

  test "an answer without extras has none" do
    assert Response.decode(@body).extras == %{}
  end

  test "every struct can be encoded, and an error leaves the conversation out" do
    {:ok, response} = OneshotAI.chat("echo", "Hello there", model: "echo")
    {:error, error} = OneshotAI.chat("echo", "Hi", model: "nothing")
    error = %{error | messages: [%{role: "user", content: "secret"}], partial: response}
    libraries = [OneshotAI.JSON.Builtin, OneshotAI.JSON] ++ jason()

    for library <- libraries do
      text = library.encode!(%{response: response, usage: response.usage, error: error})
      assert {:ok, decoded} = OneshotAI.JSON.decode(text)

      assert %{"response" => %{"text" => "Hello there"}, "usage" => %{"total_tokens" => 4}} =
               decoded

      assert %{"error" => %{"reason" => "model_not_found", "retryable" => false} = encoded} =
               decoded

      assert encoded["partial"]["usage"]["total_tokens"] == 4
      refute Map.has_key?(encoded, "messages")
      refute Map.has_key?(encoded, "__exception__")
    end
  end

  # If it is on the path, by ERL_LIBS.
  defp jason, do: if(Code.ensure_loaded?(Jason), do: [Jason], else: [])

  test "parts, as structs to match on" do
    content = [
      %{"type" => "reasoning", "text" => "Hm.", "signature" => "s"},
      %{"type" => "text", "text" => "Hi"},
      %{"type" => "tool_call", "id" => "1", "name" => "t", "arguments" => %{}},
      %{"type" => "opaque", "format" => "anthropic", "value" => %{}}
    ]

    response = Response.decode(%{"content" => content})

    assert [
             %Part.Reasoning{text: "Hm.", redacted?: false},
             %Part.Text{text: "Hi"},
             %OneshotAI.ToolCall{name: "t"},
             %Part.Other{type: "opaque"}
           ] = Message.parts(response)

    assert Message.text(response) == "Hi"
    question = Message.user(["See", Message.image(<<1>>, "image/png"), Message.document("%PDF")])

    assert [%Part.Text{}, %Part.Image{media_type: "image/png"}, %Part.Document{data: _}] =
             Message.parts(question)
  end
end
