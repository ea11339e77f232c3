defmodule Oneshot.AIClient.Event.PartDelta do
  @moduledoc """
  A piece of a part: of its text where `:kind` is `:text` or `:reasoning`, of a tool call's JSON where it is `:tool_call`.
  """

  defstruct [:index, :kind, :delta]

  @type t :: %__MODULE__{index: non_neg_integer(), kind: Oneshot.AIClient.Event.kind(), delta: String.t()}
end
