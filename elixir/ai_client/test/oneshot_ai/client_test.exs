defmodule OneshotAI.ClientTest do
  # Alone: it changes the environment and the application's configuration.
  use OneshotAI.Case, async: false

  setup do
    config = Application.get_all_env(:oneshot_ai)

    on_exit(fn ->
      forget_configuration()
      Application.put_all_env(oneshot_ai: config)
      System.delete_env("AI_SERVER_URL")
      System.delete_env("JWT_SECRET")
    end)

    {:ok, url: config[:url]}
  end

  defp forget_configuration do
    for {name, _value} <- Application.get_all_env(:oneshot_ai) do
      Application.delete_env(:oneshot_ai, name)
    end
  end

  test "from the environment alone", %{url: url} do
    forget_configuration()
    assert to_string(Client.new().url) == "http://localhost:3000"

    assert_raise ArgumentError, ~r/System.fetch_env!\("JWT_SECRET"\)/, fn ->
      OneshotAI.chat("echo", "Hi")
    end

    for name <- ["AI_SERVER_URL", "JWT_SECRET"], do: System.put_env(name, "")
    assert %{jwt: nil, url: %{port: 3000}} = Client.new()

    System.put_env("AI_SERVER_URL", url)
    System.put_env("JWT_SECRET", TestServer.secret())
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi")
  end

  test "the configuration overrides the environment, and options override both", %{url: url} do
    System.put_env("AI_SERVER_URL", "http://nobody.invalid")
    System.put_env("JWT_SECRET", String.duplicate("x", 32))
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi")

    Application.put_all_env(oneshot_ai: [jwt: [secret: String.duplicate("x", 32)], timeout: 1_234])

    assert {:error, %Error{reason: :unauthenticated}} = OneshotAI.chat("echo", "Hi")
    client = Client.new(jwt: [secret: TestServer.secret()])
    assert client.timeout == 1_234
    assert {:ok, %{text: "Hi"}} = OneshotAI.chat("echo", "Hi", client: client)

    # A token takes the place of a configured key.
    assert %{jwt: nil, token: "t"} = Client.new(token: "t")
    assert %{jwt: [_ | _], token: nil} = Client.new(jwt: [secret: TestServer.secret()], url: url)
  end

  defmodule Loud do
    @behaviour OneshotAI.JSON

    def encode!(term), do: term |> OneshotAI.JSON.Builtin.encode!() |> String.replace("Hi", "HI")
    defdelegate decode(text), to: OneshotAI.JSON.Builtin
  end

  test "a JSON library of one's own" do
    assert OneshotAI.JSON.library() != Loud
    Application.put_env(:oneshot_ai, :json, Loud)
    assert OneshotAI.JSON.library() == Loud
    assert {:ok, %{text: "HI"}} = OneshotAI.chat("echo", "Hi")

    # It is one for the whole app.
    assert_raise ArgumentError, ~r/the client has no option :json/, fn -> Client.new(json: Loud) end
  end

  test "a setting of the client among the options of a call is told where it belongs" do
    hint = ~r/no option :token; it is a setting of the client: config :oneshot_ai, token: … or/
    assert_raise ArgumentError, hint, fn -> OneshotAI.chat("echo", "Hi", token: "t") end
    assert_raise ArgumentError, hint, fn -> OneshotAI.limits(token: "t") end
    # That one is for the whole app.
    assert_raise ArgumentError, "a chat has no option :json", fn ->
      OneshotAI.chat("echo", "Hi", json: Loud)
    end
  end

  test "a mistake in the configuration stops the app when it starts, and says what was meant" do
    Application.put_env(:oneshot_ai, :time_out, 5)
    message = "config :oneshot_ai has no option :time_out; did you mean :timeout?"
    assert_raise ArgumentError, message, fn -> Client.new() end
    assert_raise ArgumentError, message, fn -> OneshotAI.Application.start(:normal, []) end
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
    assert {:ok, _} = OneshotAI.list_models(client: ours)
    assert {:ok, _} = OneshotAI.list_models(client: theirs)
    assert {:error, %{reason: :unauthenticated}} = OneshotAI.list_models(client: client(other))
  end
end
