defmodule Oneshot.AIClient.ToolRun do
  @moduledoc """
  What `Oneshot.AIClient.run_tools/4` gives.

    * `:response` - the last answer.
    * `:messages` - the whole conversation: what was passed in, every call and result, and the last answer. The next turn is
      `run.messages ++ [%{role: "user", content: "…"}]`.
    * `:rounds` - how often the model was asked.
    * `:usage` - the usage of all rounds together.
  """

  alias Oneshot.AIClient.{Response, Usage}

  defstruct [:response, messages: [], rounds: 0, usage: nil]

  @type t :: %__MODULE__{
          response: Response.t(),
          messages: [map()],
          rounds: pos_integer(),
          usage: Usage.t() | nil
        }
end
