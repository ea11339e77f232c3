defmodule Oneshot.AIClient.Event.Done do
  @moduledoc "The answer is complete. `:response` is what `Oneshot.AIClient.chat/3` would have given."

  defstruct [:response]

  @type t :: %__MODULE__{response: Oneshot.AIClient.Response.t()}
end
