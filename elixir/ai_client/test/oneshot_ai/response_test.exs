defmodule OneshotAI.ResponseTest do
  use ExUnit.Case, async: true

  alias OneshotAI.Response

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
end
