defmodule OneshotAI.Anthropic do
  @moduledoc false
  # An upstream that the server takes for Anthropic's Messages API: plays events, and reports each
  # request and each connection that is closed before its end to the test's process.

  alias OneshotAI.{JSON, RawServer}

  def start!(events, opts \\ []) do
    owner = self()

    RawServer.start!(fn connection, request ->
      [_head, body] = String.split(request, "\r\n\r\n", parts: 2)
      {:ok, body} = JSON.decode(body)
      send(owner, {:upstream_request, body})
      if body["stream"], do: stream(connection, events, opts, owner), else: whole(connection, opts)
    end)
  end

  defp stream(connection, events, opts, owner) do
    RawServer.write(
      connection,
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )

    for event <- events do
      text = "event: #{event["type"]}\ndata: #{JSON.encode!(event)}\n\n"
      RawServer.write(connection, [Integer.to_string(byte_size(text), 16), "\r\n", text, "\r\n"])
    end

    if opts[:silent] do
      # It thinks for ever, unless it is stopped.
      closed? = RawServer.closed?(connection, 20_000)
      send(owner, {:upstream_closed, closed?, System.monotonic_time(:millisecond)})
    else
      RawServer.write(connection, "0\r\n\r\n")
      RawServer.close(connection)
    end
  end

  defp whole(connection, opts) do
    body = JSON.encode!(opts[:message])

    RawServer.write(connection, [
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: #{byte_size(body)}\r\n\r\n",
      body
    ])

    RawServer.close(connection)
  end

  @doc "Thinking with a signature, a text and two tool calls, as a whole message."
  def message do
    %{
      "id" => "msg_01",
      "type" => "message",
      "role" => "assistant",
      "model" => "claude-sonnet-5-5",
      "content" => [
        %{"type" => "thinking", "thinking" => "Two cities …", "signature" => "c2lnbmF0dXJl+/=="},
        %{"type" => "text", "text" => "I will look."},
        %{
          "type" => "tool_use",
          "id" => "toolu_1",
          "name" => "weather",
          "input" => %{"city" => "Bergen"}
        },
        %{
          "type" => "tool_use",
          "id" => "toolu_2",
          "name" => "weather",
          "input" => %{"city" => "Åre"}
        }
      ],
      "stop_reason" => "tool_use",
      "stop_sequence" => nil,
      "usage" => %{"input_tokens" => 20, "output_tokens" => 12}
    }
  end

  @doc "The same message as Anthropic streams it."
  def events do
    message = message()
    started = %{message | "content" => [], "stop_reason" => nil}

    [%{"type" => "message_start", "message" => started}] ++
      (message["content"] |> Enum.with_index() |> Enum.flat_map(&block_events/1)) ++
      [
        %{
          "type" => "message_delta",
          "delta" => %{"stop_reason" => "tool_use", "stop_sequence" => nil},
          "usage" => message["usage"]
        },
        %{"type" => "message_stop"}
      ]
  end

  defp block_events({block, index}) do
    {start, deltas} = open_block(block)

    [%{"type" => "content_block_start", "index" => index, "content_block" => start}] ++
      Enum.map(deltas, &%{"type" => "content_block_delta", "index" => index, "delta" => &1}) ++
      [%{"type" => "content_block_stop", "index" => index}]
  end

  defp open_block(%{"type" => "text", "text" => text}) do
    {%{"type" => "text", "text" => ""}, [%{"type" => "text_delta", "text" => text}]}
  end

  defp open_block(%{"type" => "thinking"} = block) do
    {%{block | "thinking" => "", "signature" => ""},
     [
       %{"type" => "thinking_delta", "thinking" => block["thinking"]},
       %{"type" => "signature_delta", "signature" => block["signature"]}
     ]}
  end

  defp open_block(%{"type" => "tool_use"} = block) do
    {%{block | "input" => %{}},
     [%{"type" => "input_json_delta", "partial_json" => JSON.encode!(block["input"])}]}
  end
end
