defmodule OneshotAI.DryRun do
  @moduledoc """
  What a call would do, from `OneshotAI.dry_run/3` and `OneshotAI.dry_run_embed/3`. No vendor is
  called, and nothing is counted.

    * `:targets` - in the order in which they would be tried. Each is a map with `:provider`,
      `:model`, `:warnings`, `:error` (why it would refuse the request, nil if it would not) and
      `:estimated_cost` (if the answer is as long as it may be; nil without a price).
    * `:skipped` - `OneshotAI.Attempt`s: targets that would not be tried.
    * `:deadline_ms`, `:hedge_after_ms`
    * `:limits` - `OneshotAI.Limit`s: how the token's limits stand now.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Attempt, Cost, Error, Limit, Warning}

  defstruct [:request_id, :deadline_ms, :hedge_after_ms, targets: [], skipped: [], limits: []]

  @type target :: %{
          provider: String.t(),
          model: String.t(),
          warnings: [Warning.t()],
          error: Error.t() | nil,
          estimated_cost: Cost.t() | nil
        }

  @type t :: %__MODULE__{
          request_id: String.t() | nil,
          deadline_ms: number() | nil,
          hedge_after_ms: number() | nil,
          targets: [target()],
          skipped: [Attempt.t()],
          limits: [Limit.t()]
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      request_id: body["request_id"],
      deadline_ms: body["deadline_ms"],
      hedge_after_ms: body["hedge_after_ms"],
      targets: for(%{} = target <- list(body["targets"]), do: decode_target(target)),
      skipped: for(%{} = attempt <- list(body["skipped"]), do: Attempt.decode(attempt)),
      limits: for(%{} = limit <- list(body["limits"]), do: Limit.decode(limit))
    }
  end

  defp decode_target(target) do
    %{
      provider: target["provider"],
      model: target["model"],
      warnings: for(%{} = warning <- list(target["warnings"]), do: Warning.decode(warning)),
      error: if(target["error"], do: Error.decode(target["error"])),
      estimated_cost: Cost.decode(target["estimated_cost"])
    }
  end

  defp list(items) when is_list(items), do: items
  defp list(_none), do: []
end
