defmodule OneshotAI.Response do
  @moduledoc """
  A complete answer, from `OneshotAI.chat/3` or from the end of a stream (`OneshotAI.Event.Done`).

    * `:text` - the answer's text.
    * `:message` - the answer as a message: `messages ++ [response.message]` begins the next turn.
    * `:content` - the answer's parts as the server sent them, maps with string keys, including the
      vendor's signatures. `OneshotAI.Message.parts/1` returns them as structs to match on.
    * `:tool_calls` - the `OneshotAI.ToolCall`s among them.
    * `:finish_reason` - `:stop`, `:length` (the answer was cut at its limit), `:tool_calls` or
      `:content_filter`; `:raw_finish_reason` is the vendor's own term.
    * `:usage`, `:usage_complete?`, `:cost` - `OneshotAI.Usage` and `OneshotAI.Cost`, nil if
      unknown.
    * `:extras` - what the vendor sent beside the answer (citations, a fingerprint), by format, as
      maps with string keys.
    * `:warnings` - what the model does not support, see `OneshotAI.Warning`.
    * `:provider`, `:model` - who answered. `:attempts` - who was called, see `OneshotAI.Attempt`.
    * `:id` - the vendor's id of the answer. `:request_id` - identifies the call in the server's
      log.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Attempt, Cost, Message, ToolCall, Usage, Warning}

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
  # The body of an answer, or a stream's last event with the `content` collected before it.
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
      finish_reason:
        body["finish_reason"] && Map.get(@finish_reasons, body["finish_reason"], :unknown),
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
    for(%{"type" => "text", "text" => text} when is_binary(text) <- content, do: text)
    |> IO.iodata_to_binary()
  end

  # A malformed extra must not lose the answer itself.
  defp decode_all(items, decode) when is_list(items),
    do: for(%{} = item <- items, do: decode.(item))

  defp decode_all(_none, _decode), do: []
end
