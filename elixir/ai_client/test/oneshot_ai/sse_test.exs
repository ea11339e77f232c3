defmodule OneshotAI.SSETest do
  use ExUnit.Case, async: true

  alias OneshotAI.{SSE, TestServer}

  @vectors Path.join(TestServer.repository(), "../shared/vectors/sse/sse-parser-cases.json")

  @cases [
    {"one event", "data: a\n\n", ["a"]},
    {"its name and id are not wanted", "event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]},
    {"several lines are one text", "data: a\ndata: b\n\n", ["a\nb"]},
    {"only one space is taken away", "data:  a\n\ndata:b\n\n", [" a", "b"]},
    {"comments and heartbeats", ": hi\n\n:\n\ndata: a\n\n", ["a"]},
    {"CR LF, and CR", "data: a\r\n\r\ndata: b\r\rdata: c\n\n", ["a", "b", "c"]},
    {"an empty line of data is data", "data\n\ndata:\n\n", ["", ""]},
    {"an event that is cut off is none", "data: a\n\ndata: b\n", ["a"]},
    {"a byte order mark at the beginning alone", "\uFEFFdata: a\n\n\uFEFFdata: b\n\n", ["a"]},
    {"unicode", "data: 日本 👩‍👩‍👧\n\n", ["日本 👩‍👩‍👧"]}
  ]

  for {name, text, events} <- @cases do
    test "#{name}, wherever it is cut" do
      assert_decodes(unquote(text), unquote(events))
    end
  end

  if File.exists?(@vectors) do
    test "the shared cases, wherever they are cut" do
      {:ok, %{"cases" => cases}} = @vectors |> File.read!() |> OneshotAI.JSON.decode()
      assert length(cases) == 39

      for %{"inputBase64" => input, "events" => events} <- cases do
        # Bytes that are no UTF-8 are passed on as they are; the JSON decoder refuses them.
        input = Base.decode64!(input)

        if String.valid?(input),
          do: assert_decodes(input, for(%{"data" => data} <- events, do: data))
      end
    end
  else
    @tag skip: "needs ../shared/vectors"
    test("the shared cases, wherever they are cut", do: :ok)
  end

  test "an event that never ends is not kept for ever" do
    piece = String.duplicate("x", 1024 * 1024)

    state =
      Enum.reduce_while(1..100, SSE.new(), fn _, state ->
        case SSE.decode(state, piece) do
          {[], state} -> {:cont, state}
          error -> {:halt, error}
        end
      end)

    assert state == :too_long
  end

  defp assert_decodes(text, events) do
    assert decode([text]) == events
    assert decode(for <<byte <- text>>, do: <<byte>>) == events

    if byte_size(text) < 300 do
      for at <- 0..byte_size(text) do
        assert decode([binary_part(text, 0, at), binary_part(text, at, byte_size(text) - at)]) ==
                 events
      end
    end
  end

  defp decode(pieces) do
    {events, _state} =
      Enum.reduce(pieces, {[], SSE.new()}, fn piece, {events, state} ->
        {new, state} = SSE.decode(state, piece)
        {events ++ new, state}
      end)

    events
  end
end
