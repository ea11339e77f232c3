defmodule OneshotAI.Event do
  @moduledoc """
  The elements of a stream.

  In this order: one `Start`, then for each part of the answer a `PartStart`, any number of
  `PartDelta`s and a `PartEnd`, sometimes a `Usage`, and finally exactly one `Done`, or
  `{:error, error}` if the answer did not complete. A stream that fails before it begins has that
  one element.

      for event <- OneshotAI.stream("claude", messages) do
        case event do
          %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)
          %Event.Done{response: response} -> save(response)
          {:error, error} -> report(error, error.partial)
          _other -> :ok
        end
      end

  `OneshotAI.stream_tools/4` repeats this for every answer of the run. An answer that calls tools
  ends with `Round` instead of `Done`; then come a `ToolStart` and a `ToolStop` for each call.
  """

  alias OneshotAI.Error

  @type t ::
          __MODULE__.Start.t()
          | __MODULE__.PartStart.t()
          | __MODULE__.PartDelta.t()
          | __MODULE__.PartEnd.t()
          | __MODULE__.Usage.t()
          | __MODULE__.Round.t()
          | __MODULE__.ToolStart.t()
          | __MODULE__.ToolStop.t()
          | __MODULE__.Done.t()

  @typedoc "An element of a stream."
  @type element :: t() | {:error, Error.t()}

  @typedoc "What a part is: `:opaque` parts are understood only by their vendor."
  @type kind :: :text | :reasoning | :tool_call | :opaque

  defmodule Start do
    @moduledoc """
    The answer begins: who answers (`:provider`, `:model`), the vendor's `:id`, and the server's
    `:request_id`.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:id, :request_id, :provider, :model]

    @type t :: %__MODULE__{
            id: String.t() | nil,
            request_id: String.t() | nil,
            provider: String.t() | nil,
            model: String.t() | nil
          }
  end

  defmodule PartStart do
    @moduledoc """
    A part of the answer begins. Tool calls have an `:id` and a `:name`.

    Parts may overlap: `:index` says which part a later event belongs to.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:index, :kind, :id, :name]

    @type t :: %__MODULE__{
            index: non_neg_integer(),
            kind: OneshotAI.Event.kind(),
            id: String.t() | nil,
            name: String.t() | nil
          }
  end

  defmodule PartDelta do
    @moduledoc """
    The next piece of a part: of its text if `:kind` is `:text` or `:reasoning`, of its arguments'
    JSON if `:kind` is `:tool_call`.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:index, :kind, :delta]

    @type t :: %__MODULE__{
            index: non_neg_integer(),
            kind: OneshotAI.Event.kind(),
            delta: String.t()
          }
  end

  defmodule PartEnd do
    @moduledoc "A part is complete. `:part` is the whole part, as in the response's content."
    use OneshotAI.JSON.Encodable

    defstruct [:index, :kind, :part]

    @type t :: %__MODULE__{
            index: non_neg_integer(),
            kind: OneshotAI.Event.kind(),
            part: map()
          }
  end

  defmodule Usage do
    @moduledoc "The tokens used so far. It replaces any earlier one."
    use OneshotAI.JSON.Encodable

    defstruct [:usage]

    @type t :: %__MODULE__{usage: OneshotAI.Usage.t()}
  end

  defmodule Round do
    @moduledoc """
    In a tool run, an answer that calls tools is complete. `:number` counts from 1; `:response` is
    the answer.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:number, :response]

    @type t :: %__MODULE__{number: pos_integer(), response: OneshotAI.Response.t()}
  end

  defmodule ToolStart do
    @moduledoc "In a tool run, a tool is about to run. `:call` is the `OneshotAI.ToolCall`."
    use OneshotAI.JSON.Encodable

    defstruct [:call]

    @type t :: %__MODULE__{call: OneshotAI.ToolCall.t()}
  end

  defmodule ToolStop do
    @moduledoc """
    In a tool run, a tool has finished, in order of completion. `:message` is the result as the
    model will read it; `:error?` says whether it reports a failure.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:call, :message, :duration_ms, error?: false]

    @type t :: %__MODULE__{
            call: OneshotAI.ToolCall.t(),
            message: map(),
            error?: boolean(),
            duration_ms: non_neg_integer()
          }
  end

  defmodule Done do
    @moduledoc """
    The answer is complete. `:response` is what `OneshotAI.chat/3` would have returned. `:run` is
    the `OneshotAI.ToolRun` of a tool run, and nil otherwise.
    """
    use OneshotAI.JSON.Encodable

    defstruct [:response, :run]

    @type t :: %__MODULE__{response: OneshotAI.Response.t(), run: OneshotAI.ToolRun.t() | nil}
  end
end
