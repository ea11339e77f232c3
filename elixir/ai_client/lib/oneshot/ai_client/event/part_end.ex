defmodule Oneshot.AIClient.Event.PartEnd do
  @moduledoc "A part is complete; `:part` is all of it, as it will stand in the response's content."

  defstruct [:index, :kind, :part]

  @type t :: %__MODULE__{index: non_neg_integer(), kind: Oneshot.AIClient.Event.kind(), part: map()}
end
