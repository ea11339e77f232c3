defmodule OneshotAI.WithoutClientTest do
  @moduledoc false
  # The server is called as apps call it that do not have this client, by OTP's own HTTP client:
  # docs/elixir.md.
  use OneshotAI.Case, async: true

  setup_all do
    {:ok, _started} = Application.ensure_all_started(:inets)
    {:ok, token} = OneshotAI.Token.fetch(client(server()), %{})
    {:ok, url: TestServer.url(server()) <> "/chat", token: token}
  end

  defp post(url, body, headers) do
    headers = for {name, value} <- headers, do: {to_charlist(name), to_charlist(value)}
    request = {to_charlist(url), headers, ~c"application/json", OneshotAI.JSON.encode!(body)}

    {:ok, {{_version, status, _phrase}, _headers, body}} =
      :httpc.request(:post, request, [timeout: 60_000], body_format: :binary)

    {:ok, body} = OneshotAI.JSON.decode(body)
    {status, body}
  end

  test "with nulls for what is absent, as Jason writes nil", %{url: url, token: token} do
    body = %{
      provider: "echo",
      messages: [%{role: "user", content: "Hello"}],
      model: nil,
      temperature: nil,
      tools: nil
    }

    for name <- ["Authorization", "authorization"],
        content_type <- ["application/json", "application/json; charset=utf-8"] do
      headers = [{name, "Bearer " <> token}, {"Content-Type", content_type}]
      assert {200, %{"text" => "Hello", "finish_reason" => "stop"}} = post(url, body, headers)
    end
  end

  test "the answer as the next turn's message, whole", %{url: url, token: token} do
    headers = [{"authorization", "Bearer " <> token}]
    messages = [%{role: "user", content: "Hello"}]
    {200, answer} = post(url, %{provider: "echo", messages: messages}, headers)
    next = messages ++ [answer, %{role: "user", content: "Again"}]
    assert {200, %{"text" => "Again"}} = post(url, %{provider: "echo", messages: next}, headers)
  end

  test "without a token", %{url: url} do
    assert {401, %{"error" => %{"code" => "unauthenticated", "retryable" => false}}} =
             post(url, %{provider: "echo", messages: []}, [])
  end
end
