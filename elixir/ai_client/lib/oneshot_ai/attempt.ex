defmodule OneshotAI.Attempt do
  @moduledoc """
  One of the calls that the server made to a vendor for this answer: `:provider`, `:model`,
  `:outcome` (`"ok"` or an error's code) and `:duration_ms`.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:provider, :model, :outcome, :duration_ms]

  @type t :: %__MODULE__{
          provider: String.t(),
          model: String.t(),
          outcome: String.t(),
          duration_ms: number()
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      provider: body["provider"],
      model: body["model"],
      outcome: body["outcome"],
      duration_ms: body["duration_ms"]
    }
  end
end
