defmodule Oneshot.AIClient.Event do
  @moduledoc """
  What a stream consists of.

  In this order: one `Start`, then for every part of the answer `PartStart`, any number of `PartDelta`, `PartEnd`, now and
  then a `Usage`, and at the end exactly one `Done` - or `{:error, error}` where the answer did not reach its end. A stream
  that fails before it begins is that one element.

      for event <- Oneshot.AIClient.stream("claude", messages) do
        case event do
          %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)
          %Event.Done{response: response} -> save(response)
          {:error, error} -> report(error, error.partial)
          _other -> :ok
        end
      end
  """

  alias Oneshot.AIClient.Error

  @type t ::
          __MODULE__.Start.t()
          | __MODULE__.PartStart.t()
          | __MODULE__.PartDelta.t()
          | __MODULE__.PartEnd.t()
          | __MODULE__.Usage.t()
          | __MODULE__.Done.t()

  @typedoc "An element of a stream."
  @type element :: t() | {:error, Error.t()}

  @type kind :: :text | :reasoning | :tool_call | :opaque
end
