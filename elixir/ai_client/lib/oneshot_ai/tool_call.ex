defmodule OneshotAI.ToolCall do
  @moduledoc """
  A tool call in an answer: `:id`, `:name` and `:arguments` (a map with string keys).

  `:arguments_text` is the model's own text, if encoding the map would not give it. If it is not a
  JSON object at all, as in an answer that was cut at its limit, `:arguments` is empty and
  `readable?/1` returns false.

  Reply with `OneshotAI.Message.tool_result/3`, or let `OneshotAI.run_tools/4` do everything.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.JSON

  @enforce_keys [:id, :name]
  defstruct [:id, :name, :arguments_text, arguments: %{}]

  @type t :: %__MODULE__{
          id: String.t(),
          name: String.t(),
          arguments: map(),
          arguments_text: String.t() | nil
        }

  @doc """
  Whether the arguments are a JSON object. Only then can the tool run.

      iex> alias OneshotAI.ToolCall
      iex> ToolCall.readable?(%ToolCall{id: "1", name: "weather", arguments: %{"city" => "Bergen"}})
      true
      iex> cut = ~s({"city": "Ber)
      iex> ToolCall.readable?(%ToolCall{id: "1", name: "weather", arguments_text: cut})
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
