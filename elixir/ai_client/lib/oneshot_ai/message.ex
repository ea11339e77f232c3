defmodule OneshotAI.Message do
  @moduledoc ~S"""
  Messages are plain maps with `:role` and `:content`. These functions build and read them.

      messages = [
        Message.system("You are brief."),
        Message.user(["What is this?", Message.image(File.read!("cat.png"), "image/png")])
      ]

  To continue a conversation, append the answer's message, which includes the vendor's signatures:

      {:ok, response} = OneshotAI.chat("claude", messages)
      messages = messages ++ [response.message, Message.user("And in French?")]
  """

  alias OneshotAI.{JSON, Part, Response, ToolCall}

  @typedoc "A message. Maps with string keys, such as those read from a database, work too."
  @type t :: %{
          required(:role) => String.t(),
          required(:content) => String.t() | [map()],
          optional(:extras) => map()
        }

  @type content :: String.t() | [String.t() | map()]

  @doc """
  The user's message: a string, or a list of strings and parts.

      iex> OneshotAI.Message.user("Hello")
      %{role: "user", content: "Hello"}
  """
  @spec user(content()) :: t()
  def user(content), do: build("user", content)

  @doc """
  Instructions for the model.

      iex> OneshotAI.Message.system("Be brief.")
      %{role: "system", content: "Be brief."}
  """
  @spec system(content()) :: t()
  def system(content), do: build("system", content)

  @doc """
  An answer written by hand, as an example for the model. A real one is `response.message`.

      iex> OneshotAI.Message.assistant("Hi!")
      %{role: "assistant", content: "Hi!"}
  """
  @spec assistant(content()) :: t()
  def assistant(content), do: build("assistant", content)

  @doc """
  The result of a tool call, given the call or its id. Strings are sent as they are, other terms as
  JSON. `error?: true` tells the model that the tool failed.

      iex> OneshotAI.Message.tool_result("call_1", "12 °C")
      %{role: "tool", tool_call_id: "call_1", content: "12 °C"}

      iex> call = %OneshotAI.ToolCall{id: "call_1", name: "weather"}
      iex> OneshotAI.Message.tool_result(call, %{celsius: 12})
      %{role: "tool", tool_call_id: "call_1", name: "weather", content: ~s({"celsius":12})}

      iex> OneshotAI.Message.tool_result("call_1", "There is no such city.", error?: true)
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

      iex> OneshotAI.Message.image(<<1, 2, 3>>, "image/png")
      %{type: "image", media_type: "image/png", data: "AQID"}
  """
  @spec image(binary(), String.t()) :: map()
  def image(bytes, media_type),
    do: %{type: "image", media_type: media_type, data: Base.encode64(bytes)}

  @doc """
  A PDF in a message's content, from its bytes. For plain text use `%{type: "document", text: …}`.

      iex> OneshotAI.Message.document(<<1, 2, 3>>)
      %{type: "document", media_type: "application/pdf", data: "AQID"}
  """
  @spec document(binary(), String.t()) :: map()
  def document(bytes, media_type \\ "application/pdf") do
    %{type: "document", media_type: media_type, data: Base.encode64(bytes)}
  end

  @doc """
  The text of a message or of an answer, without reasoning and tool calls.

      iex> OneshotAI.Message.text(%{role: "user", content: "Hello"})
      "Hello"

      iex> content = [%{"type" => "reasoning", "text" => "Hm."}, %{"type" => "text", "text" => "Hi!"}]
      iex> OneshotAI.Message.text(%{"role" => "assistant", "content" => content})
      "Hi!"
  """
  @spec text(t() | map() | Response.t()) :: String.t()
  def text(message) do
    for(%Part.Text{text: text} <- parts(message), do: text) |> IO.iodata_to_binary()
  end

  @doc """
  The parts of a message or of an answer, as structs. See `OneshotAI.Part`.

      iex> OneshotAI.Message.parts(%{role: "user", content: "Hello"})
      [%OneshotAI.Part.Text{text: "Hello"}]
  """
  @spec parts(t() | map() | Response.t()) :: [Part.t()]
  def parts(%Response{content: content}), do: Enum.map(content, &Part.decode/1)

  def parts(message) do
    case message[:content] || message["content"] do
      text when is_binary(text) -> [%Part.Text{text: text}]
      parts when is_list(parts) -> Enum.map(parts, &Part.decode/1)
      nil -> []
    end
  end

  defp build(role, content) when is_binary(content), do: %{role: role, content: content}

  defp build(role, content) when is_list(content),
    do: %{role: role, content: Enum.map(content, &to_part/1)}

  defp to_part(text) when is_binary(text), do: %{type: "text", text: text}
  defp to_part(%{} = part), do: part

  defp to_text(text) when is_binary(text), do: text
  defp to_text(term), do: term |> JSON.normalize() |> JSON.encode!()
end
