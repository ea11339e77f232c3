defmodule OneshotAI.Answer do
  @moduledoc """
  An answer that the server keeps: its state, and once it is complete the answer itself. From
  `OneshotAI.start_chat/3`, `OneshotAI.fetch_answer/2` and `OneshotAI.cancel/2`, for which it is the
  receipt, and in a `OneshotAI.Webhook`.

    * `:request_id` - identifies it.
    * `:state` - `:running`, `:completed`, `:failed` or `:cancelled`.
    * `:response` - the `OneshotAI.Response`, from `fetch_answer/2` of a completed answer.
    * `:error` - why it failed, a `OneshotAI.Error`.
    * `:usage`, `:usage_source`, `:cost` - what was used and settled, as far as it is known. The source
      is `"provider"`, `"estimated"` or `"none"`.
    * `:stream?`, `:last_event_id` - whether it has events, and how many.
    * `:expires_at` - until when it is kept, a `DateTime`.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Cost, Error, Response, Usage}

  defstruct [
    :request_id,
    :state,
    :response,
    :error,
    :usage,
    :usage_source,
    :cost,
    :last_event_id,
    :expires_at,
    stream?: false
  ]

  @type state :: :running | :completed | :failed | :cancelled | :unknown

  @type t :: %__MODULE__{
          request_id: String.t(),
          state: state(),
          response: Response.t() | nil,
          error: Error.t() | nil,
          usage: Usage.t() | nil,
          usage_source: String.t() | nil,
          cost: Cost.t() | nil,
          last_event_id: non_neg_integer() | nil,
          expires_at: DateTime.t() | nil,
          stream?: boolean()
        }

  @states %{
    "running" => :running,
    "completed" => :completed,
    "failed" => :failed,
    "cancelled" => :cancelled
  }

  @doc false
  @spec decode(term()) :: {:ok, t()} | :error
  def decode(%{"request_id" => request_id, "state" => state} = body)
      when is_binary(request_id) and is_binary(state) do
    {:ok,
     %__MODULE__{
       request_id: request_id,
       state: Map.get(@states, state, :unknown),
       response: decode_response(body["answer"]),
       error: decode_error(body["error"]),
       usage: Usage.decode(body["usage"]),
       usage_source: body["usage_source"],
       cost: Cost.decode(body["cost"]),
       last_event_id: body["last_event_id"],
       expires_at: decode_time(body["expires_at"]),
       stream?: body["stream"] == true
     }}
  end

  def decode(_other), do: :error

  defp decode_response(%{"content" => content} = answer) when is_list(content),
    do: Response.decode(answer)

  defp decode_response(_none), do: nil

  defp decode_error(%{"code" => code} = error) when is_binary(code), do: Error.decode(error)
  defp decode_error(_none), do: nil

  defp decode_time(text) when is_binary(text) do
    with {:ok, time, _offset} <- DateTime.from_iso8601(text), do: time, else: (_other -> nil)
  end

  defp decode_time(_none), do: nil
end
