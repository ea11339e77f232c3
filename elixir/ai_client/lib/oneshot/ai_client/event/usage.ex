defmodule Oneshot.AIClient.Event.Usage do
  @moduledoc "What has been used so far. It replaces what an earlier one said."

  defstruct [:usage]

  @type t :: %__MODULE__{usage: Oneshot.AIClient.Usage.t()}
end
