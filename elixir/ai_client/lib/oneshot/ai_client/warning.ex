defmodule Oneshot.AIClient.Warning do
  @moduledoc """
  Something that the chosen model could not take, or that was changed on the way to it.

    * `:code` - such as `"unsupported_parameter"` or `"adjusted_parameter"`.
    * `:param` - the field of the request: `"temperature"`, `"messages[1].content[0]"`.
    * `:message` - a sentence for people.

  With `strict: true` in the options such a call is an error instead, before the model is asked.
  """

  defstruct [:code, :param, :message]

  @type t :: %__MODULE__{code: String.t(), param: String.t(), message: String.t()}

  @doc false
  @spec decode(map()) :: t()
  def decode(body), do: %__MODULE__{code: body["code"], param: body["param"], message: body["message"]}
end
