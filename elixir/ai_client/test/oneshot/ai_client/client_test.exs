defmodule Oneshot.AIClient.ClientTest do
  # Alone: it changes the environment and the application's configuration.
  use Oneshot.AIClient.Case, async: false

  setup do
    url = Application.get_env(:oneshot, :ai_server_url)
    config = Application.get_env(:oneshot, :ai_client)

    on_exit(fn ->
      Application.put_env(:oneshot, :ai_server_url, url)
      Application.put_env(:oneshot, :ai_client, config)

      for {name, _value} <- Application.get_all_env(:oneshot_ai_client) do
        Application.delete_env(:oneshot_ai_client, name)
      end

      System.delete_env("AI_SERVER_URL")
      System.delete_env("JWT_SECRET")
    end)

    {:ok, url: url}
  end

  defp forget_configuration do
    Application.delete_env(:oneshot, :ai_server_url)
    Application.delete_env(:oneshot, :ai_client)
  end

  test "from the environment alone", %{url: url} do
    forget_configuration()
    assert to_string(Client.new().url) == "http://localhost:3000"
    assert_raise ArgumentError, ~r/System.fetch_env!\("JWT_SECRET"\)/, fn -> AIClient.chat("echo", "Hi") end

    for name <- ["AI_SERVER_URL", "JWT_SECRET"], do: System.put_env(name, "")
    assert %{jwt: nil, url: %{port: 3000}} = Client.new()

    System.put_env("AI_SERVER_URL", url)
    System.put_env("JWT_SECRET", TestServer.secret())
    assert {:ok, %{text: "Hi"}} = AIClient.chat("echo", "Hi")
  end

  test "the configuration is stronger than the environment, and options than both", %{url: url} do
    System.put_env("AI_SERVER_URL", "http://nobody.invalid")
    System.put_env("JWT_SECRET", String.duplicate("x", 32))
    assert {:ok, %{text: "Hi"}} = AIClient.chat("echo", "Hi")

    Application.put_env(:oneshot, :ai_client, jwt: [secret: String.duplicate("x", 32)], timeout: 1_234)
    assert {:error, %Error{reason: :unauthenticated}} = AIClient.chat("echo", "Hi")
    client = Client.new(jwt: [secret: TestServer.secret()])
    assert client.timeout == 1_234
    assert {:ok, %{text: "Hi"}} = AIClient.chat("echo", "Hi", client: client)

    # A token takes the place of a configured key.
    assert %{jwt: nil, token: "t"} = Client.new(token: "t")
    assert %{jwt: [_ | _], token: nil} = Client.new(jwt: [secret: TestServer.secret()], url: url)
  end

  test "under the library's own name, for apps that are not called :oneshot", %{url: url} do
    forget_configuration()
    Application.put_all_env(oneshot_ai_client: [url: url, jwt: [secret: TestServer.secret()], timeout: 1_234])
    assert {:ok, %{text: "Hi"}} = AIClient.chat("echo", "Hi")
    assert Client.new().timeout == 1_234

    # The deployment's names are the stronger ones.
    Application.put_env(:oneshot, :ai_server_url, "http://elsewhere.example")
    Application.put_env(:oneshot, :ai_client, token: "t")
    assert %{url: %{host: "elsewhere.example"}, token: "t", jwt: nil, timeout: 1_234} = Client.new()

    Application.put_env(:oneshot_ai_client, :time_out, 5)
    assert_raise ArgumentError, ~r/config :oneshot_ai_client has no option :time_out/, fn -> Client.new() end
  end

  defmodule Loud do
    @behaviour Oneshot.AIClient.JSON

    def encode!(term), do: term |> AIClient.JSON.Plain.encode!() |> String.replace("Hi", "HI")
    defdelegate decode(text), to: AIClient.JSON.Plain
  end

  test "a JSON library of one's own" do
    Application.put_env(:oneshot, :ai_client, jwt: [secret: TestServer.secret()], json: Loud)
    assert AIClient.JSON.library() == Loud
    assert {:ok, %{text: "HI"}} = AIClient.chat("echo", "Hi")

    Application.put_env(:oneshot, :ai_client, jwt: [secret: TestServer.secret()])
    assert AIClient.JSON.library() != Loud
    Application.put_env(:oneshot_ai_client, :json, Loud)
    assert AIClient.JSON.library() == Loud

    # It is one for the whole app.
    assert_raise ArgumentError, ~r/the client has no option :json/, fn -> Client.new(json: Loud) end
  end

  test "a mistake in the configuration is told where it is" do
    Application.put_env(:oneshot, :ai_client, jwt: [secret: TestServer.secret()], time_out: 5)

    assert_raise ArgumentError, ~r/config :oneshot, :ai_client has no option :time_out; did you mean :timeout\?/, fn ->
      Client.new()
    end
  end

  test "a server under a path, with or without a slash at the end" do
    for url <- ["https://example.com/ai", "https://example.com/ai/"] do
      assert Client.new(url: url, token: "t").url.path == "/ai"
    end

    for url <- [
          "localhost:3000",
          "ftp://example.com",
          "https://user:password@example.com",
          "https://example.com?a=b",
          ""
        ] do
      error = assert_raise ArgumentError, fn -> Client.new(url: url, token: "t") end
      refute error.message =~ "password"
    end
  end

  test "two servers in one app" do
    other = TestServer.start!(%{"JWT_ISSUER" => "other"})
    ours = client(server())
    theirs = client(other, jwt: [secret: TestServer.secret(), issuer: "other"])
    assert {:ok, _} = AIClient.list_models(client: ours)
    assert {:ok, _} = AIClient.list_models(client: theirs)
    assert {:error, %{reason: :unauthenticated}} = AIClient.list_models(client: client(other))
  end
end
