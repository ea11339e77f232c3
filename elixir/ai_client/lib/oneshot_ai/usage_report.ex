defmodule OneshotAI.UsageReport do
  @moduledoc """
  What was used, from `OneshotAI.usage/1`.

    * `:rows` - a map for each group, with string keys: the group's (`"day"`, `"model"`, …) and the
      sums (`"calls"`, `"errors"`, `"input_tokens"`, `"output_tokens"`, `"cost_usd"`, …).
    * `:totals` - the sums over everything that was asked for, all pages included.
    * `:from`, `:to` - the days, both included. `:time_zone`, `:view` - how they were read.
    * `:next_page` - for the option `:page`, to read on; nil on the last page.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:from, :to, :time_zone, :view, :next_page, rows: [], totals: %{}]

  @type t :: %__MODULE__{
          from: Date.t() | nil,
          to: Date.t() | nil,
          time_zone: String.t() | nil,
          view: String.t() | nil,
          next_page: String.t() | nil,
          rows: [map()],
          totals: map()
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      from: decode_day(body["from"]),
      to: decode_day(body["to"]),
      time_zone: body["time_zone"],
      view: body["view"],
      next_page: body["next_page"],
      rows: body["data"],
      totals: body["totals"]
    }
  end

  defp decode_day(text) when is_binary(text) do
    with {:ok, day} <- Date.from_iso8601(text), do: day, else: (_other -> nil)
  end

  defp decode_day(_none), do: nil
end
