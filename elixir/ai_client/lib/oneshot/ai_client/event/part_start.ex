defmodule Oneshot.AIClient.Event.PartStart do
  @moduledoc """
  A part of the answer begins.

  `:kind` is `:text`, `:reasoning`, `:tool_call` (with `:id` and `:name`) or `:opaque` (something that only its vendor
  understands). Parts may overlap: `:index` says to which part a later event belongs.
  """

  defstruct [:index, :kind, :id, :name]

  @type t :: %__MODULE__{
          index: non_neg_integer(),
          kind: Oneshot.AIClient.Event.kind(),
          id: String.t() | nil,
          name: String.t() | nil
        }
end
