defmodule OneshotAI.Cost do
  @moduledoc """
  What a call cost according to the server's price list: `:input`, `:output` and `:total` in
  `:currency` (`"USD"`).

  A response has `cost: nil` if the server has no price for the model.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:currency, :input, :output, :total]

  @type t :: %__MODULE__{currency: String.t(), input: number(), output: number(), total: number()}

  @doc """
  The sum of two costs. A missing cost counts as nothing.

      iex> alias OneshotAI.Cost
      iex> Cost.add(%Cost{currency: "USD", total: 0.5}, %Cost{currency: "USD", total: 0.25}).total
      0.75
  """
  @spec add(t() | nil, t() | nil) :: t() | nil
  def add(nil, cost), do: cost
  def add(cost, nil), do: cost

  def add(%__MODULE__{currency: currency} = left, %__MODULE__{currency: currency} = right) do
    %__MODULE__{
      currency: currency,
      input: plus(left.input, right.input),
      output: plus(left.output, right.output),
      total: plus(left.total, right.total)
    }
  end

  defp plus(nil, number), do: number
  defp plus(number, nil), do: number
  defp plus(left, right), do: left + right

  @doc false
  @spec decode(term()) :: t() | nil
  def decode(%{} = body) do
    %__MODULE__{
      currency: body["currency"],
      input: body["input"],
      output: body["output"],
      total: body["total"]
    }
  end

  def decode(_none), do: nil
end
