defmodule Oneshot.AIClient.ToolCall do
  @moduledoc """
  A call that the model asks for: `:id`, `:name` and `:arguments` (a map with string keys).

  `:arguments_text` is what the model wrote, where that is not how the map would be written. Where it is no JSON object at
  all, as in an answer that was cut at its limit, `:arguments` is empty and `readable?/1` false.

  Answer it with `Oneshot.AIClient.Message.tool_result/3`, or let `Oneshot.AIClient.run_tools/4` do all of it.
  """

  alias Oneshot.AIClient.JSON

  @enforce_keys [:id, :name]
  defstruct [:id, :name, :arguments_text, arguments: %{}]

  @type t :: %__MODULE__{id: String.t(), name: String.t(), arguments: map(), arguments_text: String.t() | nil}

  @doc """
  Whether the arguments are what the model meant, not the remains of something that is no JSON.

      iex> alias Oneshot.AIClient.ToolCall
      iex> ToolCall.readable?(%ToolCall{id: "1", name: "weather", arguments: %{"city" => "Bergen"}})
      true
      iex> ToolCall.readable?(%ToolCall{id: "1", name: "weather", arguments_text: ~s({"city": "Ber)})
      false
  """
  @spec readable?(t()) :: boolean()
  def readable?(%__MODULE__{arguments_text: nil}), do: true
  def readable?(%__MODULE__{arguments_text: text}), do: match?({:ok, %{}}, JSON.decode(text))

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      id: body["id"],
      name: body["name"],
      arguments: body["arguments"] || %{},
      arguments_text: body["arguments_text"]
    }
  end
end
