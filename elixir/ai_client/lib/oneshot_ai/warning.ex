defmodule OneshotAI.Warning do
  @moduledoc """
  Something in the request that the model does not support, or that was changed for it.

    * `:code` - such as `"unsupported_parameter"` or `"adjusted_parameter"`.
    * `:param` - the field of the request: `"temperature"`, `"messages[1].content[0]"`.
    * `:message` - a sentence for people.

  With the option `strict: true` such a call fails instead, before the model is called.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:code, :param, :message]

  @type t :: %__MODULE__{code: String.t(), param: String.t(), message: String.t()}

  @doc false
  @spec decode(map()) :: t()
  def decode(body),
    do: %__MODULE__{code: body["code"], param: body["param"], message: body["message"]}
end
