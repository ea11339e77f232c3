defmodule OneshotAI.EmbedTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.{Embeddings, Usage}

  defp client, do: Client.new(transport: OneshotAI.Test)

  test "one text, several texts, and the request in OpenAI's format" do
    OneshotAI.Test.stub(:embed, fn %{"input" => inputs} ->
      Enum.map(inputs, &[String.length(&1) / 1, 0.5])
    end)

    assert {:ok, %Embeddings{vectors: [[4.0, 0.5]], model: "openai/m", usage: usage}} =
             OneshotAI.embed("openai/m", "Rain", client: client(), dimensions: 2)

    assert %Usage{input_tokens: 1, total_tokens: 1, output_tokens: nil} = usage

    assert_received {:oneshot_ai_request, %{function: :embed, body: body}}

    assert body == %{
             "model" => "openai/m",
             "input" => ["Rain"],
             "dimensions" => 2,
             "encoding_format" => "base64"
           }

    assert %{vectors: [[1.0, _], [2.0, _]]} =
             OneshotAI.embed!("openai/m", ["a", "bb"], client: client())
  end

  test "the order is that of the inputs, whatever the order of the answer" do
    data = for index <- [1, 0], do: %{"index" => index, "embedding" => [index + 0.5]}
    assert {:ok, %{vectors: [[0.5], [1.5]]}} = Embeddings.decode(%{"data" => data}, 2)
    assert :error = Embeddings.decode(%{"data" => data}, 3)

    base64 = Base.encode64(<<0.5::float-32-little, -2.0::float-32-little>>)
    encoded = [%{"index" => 0, "embedding" => base64}]
    assert {:ok, %{vectors: [[0.5, -2.0]]}} = Embeddings.decode(%{"data" => encoded}, 1)

    for odd <- ["AAA=", "!"] do
      assert :error = Embeddings.decode(%{"data" => [%{"index" => 0, "embedding" => odd}]}, 1)
    end

    assert :error = Embeddings.decode(%{}, 1)
  end

  test "the server's own: as many vectors as texts, of the wanted length, with usage and log" do
    assert {:ok, %Embeddings{vectors: vectors, usage: usage, cost: nil, model: "echo-embedding"}} =
             OneshotAI.embed("echo/echo-embedding", ["the grey cat", "a grey cat", "tax report"],
               dimensions: 256
             )

    assert [cat, other, tax] = vectors
    assert Enum.map(vectors, &length/1) == [256, 256, 256]
    near = fn one, two -> Enum.sum(Enum.map(Enum.zip(one, two), fn {x, y} -> x * y end)) end
    assert near.(cat, other) > near.(cat, tax)
    assert usage.input_tokens == 8

    assert {:error, %Error{reason: :invalid_request, param: "input[1]", status: 400}} =
             OneshotAI.embed("echo/echo-embedding", ["a", ""])

    assert {:error, %Error{reason: :invalid_request, param: "model"}} =
             OneshotAI.embed("cursor/any", "a")

    assert {:ok, models} = OneshotAI.list_models()
    assert %{kind: "embedding", dimensions: 64} = Enum.find(models, &(&1.id == "echo-embedding"))
    assert %{kind: "chat", dimensions: nil} = Enum.find(models, &(&1.id == "echo"))
  end

  test "a dry run of it" do
    assert {:ok, %OneshotAI.DryRun{targets: [target], limits: []}} =
             OneshotAI.dry_run_embed("echo/echo-embedding", ["one", "two"], dimensions: 256)

    assert %{provider: "echo", model: "echo-embedding", error: nil} = target
    policy = [max_input_tokens: 1]

    assert {:ok, %{targets: [%{error: %Error{reason: :forbidden, param: "input"}}]}} =
             OneshotAI.dry_run_embed("echo/echo-embedding", "one two three", policy: policy)

    assert {:error, %Error{reason: :invalid_request, param: "input"}} =
             OneshotAI.dry_run_embed("echo/echo-embedding", [])
  end

  test "what it cost" do
    body = %{
      "data" => [%{"index" => 0, "embedding" => [0.5]}],
      "usage" => %{"prompt_tokens" => 3, "total_tokens" => 3, "cost" => 0.002}
    }

    assert {:ok, %{cost: %OneshotAI.Cost{currency: "USD", total: 0.002, output: 0}}} =
             Embeddings.decode(body, 1)
  end

  test "errors; a missing vector; no stub" do
    OneshotAI.Test.stub(:embed, [[1.0]])

    assert {:error, %Error{reason: :invalid_response}} =
             OneshotAI.embed("openai/m", ["a", "b"], client: client())

    OneshotAI.Test.stub(:embed, {:error, :upstream_rate_limited, retry_after: 3})
    assert {:error, %Error{retry_after: 3} = error} = OneshotAI.embed("m", "a", client: client())
    assert Error.rate_limited?(error)

    assert_raise ArgumentError, ~r/no option :timout; did you mean :timeout/, fn ->
      OneshotAI.embed("m", "a", client: client(), timout: 3)
    end
  end
end
