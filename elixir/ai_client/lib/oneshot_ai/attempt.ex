defmodule OneshotAI.Attempt do
  @moduledoc """
  One try of a target (a provider's model), or a target that was passed over.

    * `:provider`, `:model`
    * `:outcome` - `"ok"` if the answer began, `"skipped"` if the target was not called, else the
      error's code.
    * `:reason` - why it was skipped (`"tools"`, `"unavailable"`, `"max_usd"`, …), or what its failure
      was in more detail (`"first_content"`, `"empty_answer"`); else nil.
    * `:duration_ms` - until the first content, or the failure.
    * `:cost` - a `OneshotAI.Cost`, nil if it is unknown, as of most that failed.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.Cost

  defstruct [:provider, :model, :outcome, :reason, :duration_ms, :cost]

  @type t :: %__MODULE__{
          provider: String.t(),
          model: String.t(),
          outcome: String.t(),
          reason: String.t() | nil,
          duration_ms: number(),
          cost: Cost.t() | nil
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      provider: body["provider"],
      model: body["model"],
      outcome: body["outcome"],
      reason: body["reason"],
      duration_ms: body["duration_ms"],
      cost: Cost.decode(body["cost"])
    }
  end
end
