defmodule Oneshot.AIClient.ToolCall do
  @moduledoc """
  A call that the model asks for: `:id`, `:name` and `:arguments` (a map with string keys).

  Answer it with `Oneshot.AIClient.Message.tool_result/3`, or let `Oneshot.AIClient.run_tools/4` do all of it.
  """

  @enforce_keys [:id, :name]
  defstruct [:id, :name, arguments: %{}]

  @type t :: %__MODULE__{id: String.t(), name: String.t(), arguments: map()}

  @doc false
  @spec decode(map()) :: t()
  def decode(body), do: %__MODULE__{id: body["id"], name: body["name"], arguments: body["arguments"] || %{}}
end
