defmodule Oneshot.AIClient.Cost do
  @moduledoc """
  What a call cost by the server's price list: `:input`, `:output` and `:total` in `:currency` (`"USD"`).

  A response has `cost: nil` where the server knows no price for the model.
  """

  defstruct [:currency, :input, :output, :total]

  @type t :: %__MODULE__{currency: String.t(), input: number(), output: number(), total: number()}

  @doc false
  @spec decode(map() | nil) :: t() | nil
  def decode(nil), do: nil

  def decode(body) do
    %__MODULE__{currency: body["currency"], input: body["input"], output: body["output"], total: body["total"]}
  end
end
