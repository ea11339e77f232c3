defmodule OneshotAI.Limit do
  @moduledoc """
  A limit of the token, and how much of it is used: from `OneshotAI.limits/1`, and in the `:limit` of
  an error that it caused.

    * `:per` - whose consumption it counts: `"token"`, `"session"`, `"subject"`, `"tenant"` or
      `"issuer"`.
    * `:kind` - `"requests"`, `"tokens"`, `"concurrent"` or `"usd"`.
    * `:limit`, `:used`, `:reserved` - in that unit; reserved is what running calls may still use.
    * `:resets_at` - when all of it is there again, a `DateTime`; nil if it does not come back by
      itself.
    * `:window`, `:mode` - from `OneshotAI.limits/1` only: such as `"60s"` or `"1d"`, and `"enforce"`
      or `"shadow"`.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:per, :kind, :limit, :used, :reserved, :resets_at, :window, :mode]

  @type t :: %__MODULE__{
          per: String.t(),
          kind: String.t(),
          limit: number(),
          used: number(),
          reserved: number(),
          resets_at: DateTime.t() | nil,
          window: String.t() | nil,
          mode: String.t() | nil
        }

  @doc """
  What is left of it.

      iex> OneshotAI.Limit.left(%OneshotAI.Limit{limit: 5, used: 2, reserved: 1})
      2
  """
  @spec left(t()) :: number()
  def left(%__MODULE__{limit: limit, used: used, reserved: reserved}),
    do: max(limit - used - reserved, 0)

  @doc false
  @spec decode(term()) :: t() | nil
  def decode(%{} = body) do
    %__MODULE__{
      per: body["per"],
      kind: body["kind"],
      limit: body["limit"],
      used: body["used"],
      reserved: body["reserved"],
      resets_at: decode_time(body["resets_at"]),
      window: body["window"],
      mode: body["mode"]
    }
  end

  def decode(_none), do: nil

  defp decode_time(text) when is_binary(text) do
    with {:ok, time, _offset} <- DateTime.from_iso8601(text), do: time, else: (_other -> nil)
  end

  defp decode_time(_none), do: nil
end
