defmodule Oneshot.AIClient.Message do
  @moduledoc ~S"""
  Messages are plain maps with `:role` and `:content`; these functions only save some typing.

      messages = [
        Message.system("You are brief."),
        Message.user(["What is in this picture?", Message.image(File.read!("cat.png"), "image/png")])
      ]

  A conversation goes on with the answer's own message, signatures and all:

      {:ok, response} = Oneshot.AIClient.chat("claude", messages)
      messages = messages ++ [response.message, Message.user("And in French?")]
  """

  alias Oneshot.AIClient.ToolCall

  @typedoc "A message. Maps with string keys, such as those read back from a database, are taken as well."
  @type t :: %{required(:role) => String.t(), required(:content) => String.t() | [map()], optional(:extras) => map()}

  @type content :: String.t() | [String.t() | map()]

  @doc """
  What the person says: a text, or a list of texts and parts.

      iex> Oneshot.AIClient.Message.user("Hello")
      %{role: "user", content: "Hello"}
  """
  @spec user(content()) :: t()
  def user(content), do: build("user", content)

  @doc """
  How the model is to behave.

      iex> Oneshot.AIClient.Message.system("Be brief.")
      %{role: "system", content: "Be brief."}
  """
  @spec system(content()) :: t()
  def system(content), do: build("system", content)

  @doc """
  An answer written by hand, for examples. A real one is `response.message`.

      iex> Oneshot.AIClient.Message.assistant("Hi!")
      %{role: "assistant", content: "Hi!"}
  """
  @spec assistant(content()) :: t()
  def assistant(content), do: build("assistant", content)

  @doc """
  The result of a tool call, by the call or its id. Texts go as they are, other terms as JSON. `error?: true` tells the
  model that the tool failed.

      iex> Oneshot.AIClient.Message.tool_result("call_1", "12 °C")
      %{role: "tool", tool_call_id: "call_1", content: "12 °C"}

      iex> call = %Oneshot.AIClient.ToolCall{id: "call_1", name: "weather"}
      iex> Oneshot.AIClient.Message.tool_result(call, %{celsius: 12})
      %{role: "tool", tool_call_id: "call_1", name: "weather", content: ~s({"celsius":12})}

      iex> Oneshot.AIClient.Message.tool_result("call_1", "There is no such city.", error?: true)
      %{role: "tool", tool_call_id: "call_1", content: "There is no such city.", is_error: true}
  """
  @spec tool_result(ToolCall.t() | String.t(), term(), keyword()) :: map()
  def tool_result(call, result, opts \\ [])

  def tool_result(%ToolCall{id: id, name: name}, result, opts) do
    id |> tool_result(result, opts) |> Map.put(:name, name)
  end

  def tool_result(id, result, opts) when is_binary(id) do
    message = %{role: "tool", tool_call_id: id, content: to_text(result)}
    if opts[:error?], do: Map.put(message, :is_error, true), else: message
  end

  @doc """
  A picture in a message's content, from its bytes.

      iex> Oneshot.AIClient.Message.image(<<1, 2, 3>>, "image/png")
      %{type: "image", media_type: "image/png", data: "AQID"}
  """
  @spec image(binary(), String.t()) :: map()
  def image(bytes, media_type), do: %{type: "image", media_type: media_type, data: Base.encode64(bytes)}

  @doc """
  A PDF in a message's content, from its bytes. For plain text use `%{type: "document", text: …}`.

      iex> Oneshot.AIClient.Message.document(<<1, 2, 3>>)
      %{type: "document", media_type: "application/pdf", data: "AQID"}
  """
  @spec document(binary(), String.t()) :: map()
  def document(bytes, media_type \\ "application/pdf") do
    %{type: "document", media_type: media_type, data: Base.encode64(bytes)}
  end

  defp build(role, content) when is_binary(content), do: %{role: role, content: content}
  defp build(role, content) when is_list(content), do: %{role: role, content: Enum.map(content, &to_part/1)}

  defp to_part(text) when is_binary(text), do: %{type: "text", text: text}
  defp to_part(%{} = part), do: part

  defp to_text(text) when is_binary(text), do: text
  defp to_text(term), do: term |> Oneshot.AIClient.JSON.normalize() |> Oneshot.AIClient.JSON.encode!()
end
