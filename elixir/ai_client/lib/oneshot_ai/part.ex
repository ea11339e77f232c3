defmodule OneshotAI.Part do
  @moduledoc """
  The parts of a message as structs, for pattern matching. `OneshotAI.Message.parts/1` returns them.

      for %Part.Reasoning{text: text} <- Message.parts(response.message), do: text

  They are for reading. To continue a conversation send `response.message`, which has everything
  that the vendor needs back.

  A tool call is a `OneshotAI.ToolCall`.
  """

  alias OneshotAI.ToolCall

  @type t ::
          __MODULE__.Text.t()
          | __MODULE__.Reasoning.t()
          | ToolCall.t()
          | __MODULE__.Image.t()
          | __MODULE__.Document.t()
          | __MODULE__.Other.t()

  defmodule Text do
    @moduledoc "Text that the user or the model wrote."
    use OneshotAI.JSON.Encodable
    defstruct [:text]
    @type t :: %__MODULE__{text: String.t()}
  end

  defmodule Reasoning do
    @moduledoc "What the model thought, if the vendor shows it. `:redacted?` if the vendor hides it."
    use OneshotAI.JSON.Encodable
    defstruct [:text, redacted?: false]
    @type t :: %__MODULE__{text: String.t(), redacted?: boolean()}
  end

  defmodule Image do
    @moduledoc "A picture: Base64 in `:data`, or a `:url`."
    use OneshotAI.JSON.Encodable
    defstruct [:media_type, :data, :url]

    @type t :: %__MODULE__{
            media_type: String.t() | nil,
            data: String.t() | nil,
            url: String.t() | nil
          }
  end

  defmodule Document do
    @moduledoc "A document: Base64 in `:data`, a `:url`, or plain `:text`."
    use OneshotAI.JSON.Encodable
    defstruct [:media_type, :data, :url, :text]

    @type t :: %__MODULE__{
            media_type: String.t() | nil,
            data: String.t() | nil,
            url: String.t() | nil,
            text: String.t() | nil
          }
  end

  defmodule Other do
    @moduledoc "Any other part, such as one that only its vendor understands. `:value` is the whole map."
    use OneshotAI.JSON.Encodable
    defstruct [:type, :value]
    @type t :: %__MODULE__{type: String.t() | nil, value: map()}
  end

  @doc false
  @spec decode(map()) :: t()
  def decode(part) do
    part = Map.new(part, fn {name, value} -> {to_string(name), value} end)

    case part["type"] do
      "text" ->
        %Text{text: part["text"] || ""}

      "reasoning" ->
        %Reasoning{text: part["text"] || "", redacted?: part["redacted"] == true}

      "tool_call" ->
        ToolCall.decode(part)

      "image" ->
        %Image{media_type: part["media_type"], data: part["data"], url: part["url"]}

      "document" ->
        fields = Map.take(part, ["media_type", "data", "url", "text"])
        struct!(Document, for({name, value} <- fields, do: {String.to_existing_atom(name), value}))

      type ->
        %Other{type: type, value: part}
    end
  end
end
