defmodule OneshotAI.EventDecoderTest do
  use ExUnit.Case, async: true

  alias OneshotAI.{Event, EventDecoder, JSON}

  @odd [nil, 5, true, "x", [], [1], %{}, %{"a" => 1}]

  @fields ~w(index kind delta usage error content id name warnings attempts cost finish_reason signature extras value
             format message upstream)

  test "events with anything in their fields never raise" do
    start = %{"type" => "start", "id" => "1"}
    part = %{"type" => "part-start", "index" => 0, "kind" => "text"}

    for type <- ~w(start part-start part-delta part-end usage done error cancelled),
        field <- @fields,
        odd <- @odd do
      event =
        Map.put(
          %{"type" => type, "index" => 0, "error" => %{"code" => "cancelled", field => odd}},
          field,
          odd
        )

      {_more_or_done, elements, decoder} =
        EventDecoder.decode(EventDecoder.new(), Enum.map([start, part, event], &JSON.encode!/1))

      for {:error, error} <- elements ++ [EventDecoder.fail(decoder, OneshotAI.Error.new(:timeout))] do
        assert is_binary(Exception.message(error))
      end
    end
  end

  test "a text that is a refusal goes back as one" do
    events = [
      %{"type" => "start", "id" => "1"},
      %{"type" => "part-start", "index" => 0, "kind" => "text", "refusal" => true},
      %{"type" => "part-delta", "index" => 0, "delta" => "I cannot."},
      %{"type" => "part-end", "index" => 0},
      %{"type" => "done", "finish_reason" => "content_filter"}
    ]

    {:done, elements, _decoder} =
      EventDecoder.decode(EventDecoder.new(), Enum.map(events, &JSON.encode!/1))

    assert %Event.Done{response: response} = List.last(elements)

    assert [%{"type" => "text", "text" => "I cannot.", "refusal" => true}] =
             response.message.content
  end

  test "what is odd beside an answer does not cost the answer" do
    odd = %{
      "type" => "done",
      "finish_reason" => "stop",
      "usage" => [],
      "cost" => "free",
      "warnings" => 5,
      "attempts" => [1]
    }

    assert {:done, [%Event.Done{response: response}], _decoder} =
             EventDecoder.decode(EventDecoder.new(), [JSON.encode!(odd)])

    assert %{finish_reason: :stop, usage: nil, cost: nil, warnings: [], attempts: []} = response
  end
end
