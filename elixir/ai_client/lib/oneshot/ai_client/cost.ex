defmodule Oneshot.AIClient.Cost do
  @moduledoc """
  What a call cost by the server's price list: `:input`, `:output` and `:total` in `:currency` (`"USD"`).

  A response has `cost: nil` where the server knows no price for the model.
  """

  defstruct [:currency, :input, :output, :total]

  @type t :: %__MODULE__{currency: String.t(), input: number(), output: number(), total: number()}

  @doc false
  @spec decode(term()) :: t() | nil
  def decode(%{} = body) do
    %__MODULE__{currency: body["currency"], input: body["input"], output: body["output"], total: body["total"]}
  end

  def decode(_none), do: nil
end
