defmodule OneshotAI.ToolRun do
  @moduledoc """
  The result of `OneshotAI.run_tools/4`.

    * `:response` - the last answer.
    * `:messages` - the whole conversation: the messages passed in, every call and result, and the
      last answer. The next turn is `run.messages ++ [%{role: "user", content: "…"}]`.
    * `:rounds` - how often the model was called.
    * `:usage`, `:cost` - of all rounds together.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Cost, Response, Usage}

  defstruct [:response, messages: [], rounds: 0, usage: nil, cost: nil]

  @type t :: %__MODULE__{
          response: Response.t(),
          messages: [map()],
          rounds: pos_integer(),
          usage: Usage.t() | nil,
          cost: Cost.t() | nil
        }
end
