defmodule OneshotAI.JSONTest do
  use ExUnit.Case, async: true

  alias OneshotAI.{JSON, Message, Response, TestServer}
  alias OneshotAI.JSON.Builtin

  @suite Path.join(TestServer.repository(), "../shared/vectors/jsontestsuite/test_parsing")

  test "what is encoded is decoded again" do
    for term <- [
          nil,
          true,
          [],
          %{},
          0,
          -17,
          1.5e-7,
          123_456_789_012_345_678_901_234_567_890,
          "",
          "\"\\/\b\f\n\r\t\u0000\u001f\u007f",
          "日本 👩‍👩‍👧\u2028",
          %{"a" => [1, %{"b" => [nil, false]}], "" => "empty"}
        ] do
      assert {:ok, term} == term |> Builtin.encode!() |> Builtin.decode()
    end
  end

  test "atoms are texts, and a struct is refused" do
    assert Builtin.encode!(%{role: :user}) == ~s({"role":"user"})
    assert_raise ArgumentError, ~r/Regex cannot be encoded/, fn -> Builtin.encode!(~r/a/) end
    assert_raise ArgumentError, ~r/not valid UTF-8/, fn -> Builtin.encode!(<<0xFF>>) end
    assert_raise ArgumentError, fn -> Builtin.encode!({:a, :b}) end
  end

  test "dates and times are texts, as every library has them" do
    times = [~D[2026-11-23], ~T[09:30:00], ~N[2026-11-23 09:30:00], ~U[2026-11-23 09:30:00.5Z]]
    text = ~s(["2026-11-23","09:30:00","2026-11-23T09:30:00","2026-11-23T09:30:00.5Z"])
    for library <- [Builtin, OneshotAI.JSON], do: assert(library.encode!(times) == text)
  end

  test "errors have a position" do
    for {text, error} <- [
          {"", {:unexpected_end, 0}},
          {"[1,]", {:unexpected, 3}},
          {"{\"a\" 1}", {:unexpected, 5}},
          {"\"\\ud800\"", {:unexpected, 2}},
          {"01", {:unexpected, 1}},
          {"[1e999]", {:unexpected, 1}},
          {"\"\t\"", {:unexpected, 1}},
          {String.duplicate("[", 100_000), {:unexpected, 513}}
        ] do
      assert {:error, found} = Builtin.decode(text)
      assert elem(found, 0) == elem(error, 0)
    end
  end

  if File.dir?(@suite) do
    test "JSONTestSuite: what must be taken is, what must be refused is" do
      files = File.ls!(@suite)
      assert Enum.count(files, &String.starts_with?(&1, "y_")) == 95
      assert Enum.count(files, &String.starts_with?(&1, "n_")) == 188

      for file <- files do
        result = @suite |> Path.join(file) |> File.read!() |> Builtin.decode()

        case file do
          "y_" <> _ -> assert {:ok, _term} = result, file
          "n_" <> _ -> assert {:error, _reason} = result, file
          "i_" <> _ -> assert elem(result, 0) in [:ok, :error], file
        end
      end
    end
  else
    @tag skip: "needs ../shared/vectors"
    test("JSONTestSuite: what must be taken is, what must be refused is", do: :ok)
  end

  test "the library in use agrees with the built-in one" do
    term = %{"text" => "café \u2028", "numbers" => [1, 2.5, -3.0e10], "nothing" => nil}
    assert {:ok, term} == term |> JSON.encode!() |> Builtin.decode()
    assert {:ok, term} == term |> Builtin.encode!() |> JSON.decode()
  end

  test "keyword lists become objects, at any depth; a response stands for its message" do
    assert JSON.normalize(a: [b: 1], c: [1, [d: 2]], e: []) == %{a: %{b: 1}, c: [1, %{d: 2}], e: []}
    message = Message.assistant("Hi")
    assert JSON.normalize([%Response{message: message}]) == [message]
  end
end
