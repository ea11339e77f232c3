defmodule OneshotAI.Object do
  @moduledoc """
  The result of `OneshotAI.chat_object/4`.

    * `:object` - the object: a map with string keys, or an Ecto schema's struct.
    * `:response` - the last answer. `:messages` - the conversation, with the attempts that failed.
    * `:rounds` - how often the model was called.
    * `:usage`, `:cost` - of all rounds together.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Cost, Response, Usage}

  defstruct [:object, :response, messages: [], rounds: 0, usage: nil, cost: nil]

  @type t :: %__MODULE__{
          object: map() | struct(),
          response: Response.t(),
          messages: [map()],
          rounds: pos_integer(),
          usage: Usage.t() | nil,
          cost: Cost.t() | nil
        }
end
