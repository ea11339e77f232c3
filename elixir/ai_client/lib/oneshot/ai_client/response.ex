defmodule Oneshot.AIClient.Response do
  @moduledoc """
  A finished answer, whether it came whole (`Oneshot.AIClient.chat/3`) or as a stream (`Oneshot.AIClient.Event.Done`).

    * `:text` - the answer's text.
    * `:message` - the answer as a message: `messages ++ [response.message]` is the beginning of the next turn.
    * `:content` - its parts as the server told them, with string keys: text, reasoning, tool calls, and what only one
      vendor understands. Signatures of reasoning are in here. Send parts back as they are.
    * `:tool_calls` - the `Oneshot.AIClient.ToolCall`s in it.
    * `:finish_reason` - `:stop`, `:length` (the limit was reached: the text is cut), `:tool_calls` or `:content_filter`;
      `:raw_finish_reason` is the vendor's own word.
    * `:usage`, `:usage_complete?`, `:cost` - `Oneshot.AIClient.Usage` and `Oneshot.AIClient.Cost`, `nil` where unknown.
    * `:extras` - what the vendor says beside its answer (citations, a fingerprint), by format and in its own words, as a map
      with string keys.
    * `:warnings` - what the model could not take, see `Oneshot.AIClient.Warning`.
    * `:provider`, `:model` - who answered. `:attempts` - who was asked, see `Oneshot.AIClient.Attempt`.
    * `:id` - the vendor's id of the answer. `:request_id` - names the line in the server's log.
  """

  alias Oneshot.AIClient.{Attempt, Cost, Message, ToolCall, Usage, Warning}

  defstruct id: nil,
            request_id: nil,
            provider: nil,
            model: nil,
            text: "",
            message: nil,
            content: [],
            tool_calls: [],
            finish_reason: nil,
            raw_finish_reason: nil,
            usage: nil,
            usage_complete?: false,
            cost: nil,
            extras: %{},
            warnings: [],
            attempts: []

  @type finish_reason :: :stop | :length | :tool_calls | :content_filter | :unknown

  @type t :: %__MODULE__{
          id: String.t() | nil,
          request_id: String.t() | nil,
          provider: String.t() | nil,
          model: String.t() | nil,
          text: String.t(),
          message: Message.t() | nil,
          content: [map()],
          tool_calls: [ToolCall.t()],
          finish_reason: finish_reason() | nil,
          raw_finish_reason: String.t() | nil,
          usage: Usage.t() | nil,
          usage_complete?: boolean(),
          cost: Cost.t() | nil,
          extras: map(),
          warnings: [Warning.t()],
          attempts: [Attempt.t()]
        }

  @finish_reasons %{
    "stop" => :stop,
    "length" => :length,
    "tool_calls" => :tool_calls,
    "content_filter" => :content_filter
  }

  @doc false
  # The body of an answer, or of a stream's last event with the `content` that came before it.
  @spec decode(map()) :: t()
  def decode(%{"content" => content} = body) do
    %__MODULE__{
      id: body["id"],
      request_id: body["request_id"],
      provider: body["provider"],
      model: body["model"],
      text: join_text(content),
      message: %{role: "assistant", content: content},
      content: content,
      tool_calls: for(%{"type" => "tool_call"} = part <- content, do: ToolCall.decode(part)),
      finish_reason: body["finish_reason"] && Map.get(@finish_reasons, body["finish_reason"], :unknown),
      raw_finish_reason: body["raw_finish_reason"],
      usage: Usage.decode(body["usage"]),
      usage_complete?: body["usage_complete"] == true,
      cost: Cost.decode(body["cost"]),
      extras: body["extras"] || %{},
      warnings: decode_all(body["warnings"], &Warning.decode/1),
      attempts: decode_all(body["attempts"], &Attempt.decode/1)
    }
  end

  defp join_text(content) do
    for(%{"type" => "text", "text" => text} when is_binary(text) <- content, do: text) |> IO.iodata_to_binary()
  end

  # What is told beside an answer is never the reason for losing it.
  defp decode_all(items, decode) when is_list(items), do: for(%{} = item <- items, do: decode.(item))
  defp decode_all(_none, _decode), do: []
end
