defmodule OneshotAI.ObjectTest do
  use OneshotAI.Case, async: true

  alias OneshotAI.JSON.Partial
  alias OneshotAI.{Object, Schema, Usage}

  @person [name: :string, age: [type: :integer, doc: "In years."]]

  defp stubbed(answers) do
    OneshotAI.Test.stub(answers)
    Client.new(transport: OneshotAI.Test)
  end

  describe "chat_object/4" do
    test "on the real server: the vendor gets the schema, and the answer matches it" do
      assert {:ok, %Object{object: %{"name" => name, "age" => age}, rounds: 1} = run} =
               OneshotAI.chat_object("echo", "Ada is 36.", @person)

      assert is_binary(name) and is_integer(age)
      assert run.usage == run.response.usage
    end

    test "asks again with what is wrong, and adds up the usage" do
      client =
        stubbed([
          [text: ~s({"name": "Ada"}), usage: [input_tokens: 1], cost: [currency: "USD", total: 1]],
          [text: "Sorry.", usage: [input_tokens: 2], cost: [currency: "USD", total: 2]],
          [text: "```json\n{\"name\": \"Ada\", \"age\": 36}\n```", usage: [input_tokens: 4]]
        ])

      assert {:ok, %Object{object: %{"name" => "Ada", "age" => 36}, rounds: 3} = run} =
               OneshotAI.chat_object("claude", "Ada is 36.", @person, client: client)

      assert %Usage{input_tokens: 7} = run.usage
      assert run.cost.total == 3
      assert_received {:oneshot_ai_request, %{body: %{"response_format" => format}}}
      assert %{"type" => "json_schema", "name" => "object", "schema" => schema} = format
      assert %{"required" => ["name", "age"], "additionalProperties" => false} = schema
      assert_received {:oneshot_ai_request, %{body: %{"messages" => [_, _, %{"content" => first}]}}}
      assert first =~ "age is missing"
      assert_received {:oneshot_ai_request, %{body: %{"messages" => messages}}}
      assert List.last(messages)["content"] =~ "it is not JSON"
      OneshotAI.Test.verify!()
    end

    test "gives up after max_rounds, with the last answer and the conversation" do
      client = stubbed("[]")

      assert {:error, %Error{reason: :invalid_object, partial: %Response{text: "[]"}} = error} =
               OneshotAI.chat_object("claude", "Go", @person, client: client, max_rounds: 2)

      assert Exception.message(error) =~ "it must be a JSON object"
      assert [%{role: "user"}, %{role: "assistant"}, %{role: "user"}, _] = error.messages
      assert_raise Error, fn -> OneshotAI.chat_object!("claude", "Go", @person, client: client) end
    end

    test "a server's error is the result; a misspelt option raises" do
      client = stubbed({:error, :upstream_overloaded})
      options = [client: client, max_rouns: 2]

      assert {:error, %Error{reason: :upstream_overloaded, messages: [_user]}} =
               OneshotAI.chat_object("claude", "Go", @person, client: client)

      assert_raise ArgumentError, ~r/no option :max_rouns/, fn ->
        OneshotAI.chat_object("claude", "Go", @person, options)
      end
    end
  end

  describe "stream_object/4" do
    test "partial objects, then the object" do
      client = stubbed(~s({"name": "Ada of London", "age": 36}))
      elements = Enum.to_list(OneshotAI.stream_object("claude", "Go", @person, client: client))
      {partial, [last]} = Enum.split(elements, -1)
      assert {:ok, %Object{object: %{"name" => "Ada of London", "age" => 36}}} = last
      assert {:partial, %{"name" => "Ada"}} in partial
      assert {:partial, %{"name" => "Ada of London"}} in partial
      assert Enum.dedup(partial) == partial
    end

    test "a cut stream and an answer that does not match end with an error" do
      client = stubbed([{:cut, ~s({"name": "Ada of London"})}, ~s({"name": "Ada"})])

      assert {:error, %Error{reason: :upstream_incomplete}} =
               Enum.at(OneshotAI.stream_object("claude", "Go", @person, client: client), -1)

      assert {:error, %Error{reason: :invalid_object}} =
               Enum.at(OneshotAI.stream_object("claude", "Go", @person, client: client), -1)
    end
  end

  test "partial JSON is right wherever it is cut" do
    text = ~S({"a": [1, 2.5, {"b": "x\né\ud83d\ude00\"y"}, true, null], "c": "😀", "d": {}})
    {:ok, whole} = OneshotAI.JSON.decode(text)
    assert Partial.decode(text) == {:ok, whole}
    assert Partial.decode("") == :error
    assert Partial.decode("12") == :error

    for size <- 1..(String.length(text) - 1) do
      assert {:ok, partial} = text |> String.slice(0, size) |> Partial.decode()
      assert prefix?(partial, whole), "#{inspect(partial)} after #{size}"
    end
  end

  defp prefix?(%{} = part, %{} = whole), do: Enum.all?(part, fn {k, v} -> prefix?(v, whole[k]) end)

  defp prefix?(part, whole) when is_list(part) do
    length(part) <= length(whole) and
      Enum.all?(Enum.zip(part, whole), fn {a, b} -> prefix?(a, b) end)
  end

  defp prefix?(part, whole) when is_binary(part), do: String.starts_with?(whole, part)
  defp prefix?(part, whole), do: part == whole

  describe "schemas" do
    test "of every kind of field" do
      fields = [
        size: {:enum, [:small, :large]},
        tags: {:array, :string},
        address: {:object, [city: :string]},
        note: [type: :string, required: false]
      ]

      assert %{"required" => ["size", "tags", "address"]} = Schema.to_json_schema(fields)
      good = %{"size" => "small", "tags" => ["a"], "address" => %{"city" => "Bergen"}}
      assert Schema.errors(good, fields) == []

      assert Schema.errors(%{good | "size" => "big", "tags" => [1], "address" => %{}}, fields)
             |> Enum.sort() == [
               "address.city is missing",
               ~s(size must be one of "small", "large"),
               "tags[0] must be a string"
             ]

      assert Schema.errors(Map.put(good, "more", 1), fields) == ["more is not allowed"]
      assert_raise ArgumentError, ~r/:text is not a type/, fn -> Schema.to_json_schema(a: :text) end
      assert_raise ArgumentError, ~r/not an Ecto schema/, fn -> Schema.to_json_schema(Enum) end
    end

    test "of JSON Schema, as far as it is checked" do
      for {schema, good, bad} <- [
            {%{type: ["integer", "null"]}, nil, "1"},
            {%{type: "integer"}, 2.0, 2.5},
            {%{const: 1}, 1, 2},
            {%{minimum: 1, maximum: 3}, 3, 4},
            {%{exclusiveMinimum: 1, exclusiveMaximum: 3}, 2, 3},
            {%{minLength: 2, maxLength: 3}, "éé", "é"},
            {%{pattern: "^a+$"}, "aa", "ab"},
            {%{minItems: 1, maxItems: 2}, [1], []},
            {%{anyOf: [%{type: "string"}, %{type: "null"}]}, nil, 1},
            {%{oneOf: [%{type: "number"}, %{type: "integer"}]}, 1.5, 1},
            {%{allOf: [%{minimum: 1}, %{maximum: 2}]}, 1, 3},
            {%{"$ref" => "#/$defs/a", "$defs" => %{"a" => %{type: "string"}}}, "x", 1},
            {%{type: "object", additionalProperties: %{type: "string"}}, %{"a" => "x"}, %{"a" => 1}}
          ] do
        assert Schema.errors(good, schema) == [], inspect(schema)
        assert [_error] = Schema.errors(bad, schema), inspect(schema)
      end
    end
  end
end
