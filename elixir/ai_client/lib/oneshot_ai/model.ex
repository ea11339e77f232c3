defmodule OneshotAI.Model do
  @moduledoc """
  A model in the server's catalog: its limits, and the parameters that it `:refuses`. Models that
  are not in the catalog work too.

  `:kind` is `"chat"`, or `"embedding"` for a model of `OneshotAI.embed/3`, whose vectors have
  `:dimensions` numbers.
  """
  use OneshotAI.JSON.Encodable

  defstruct [
    :id,
    :provider,
    :reason,
    :context_tokens,
    :max_output_tokens,
    :reasoning,
    :retires,
    :dimensions,
    kind: "chat",
    aliases: [],
    refuses: [],
    available?: false,
    default?: false
  ]

  @type t :: %__MODULE__{
          id: String.t(),
          provider: String.t(),
          kind: String.t(),
          dimensions: pos_integer() | nil,
          aliases: [String.t()],
          available?: boolean(),
          reason: String.t() | nil,
          default?: boolean(),
          context_tokens: pos_integer() | nil,
          max_output_tokens: pos_integer() | nil,
          reasoning: term(),
          refuses: [String.t()],
          retires: String.t() | nil
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      id: body["id"],
      provider: body["provider"],
      kind: body["kind"] || "chat",
      dimensions: body["dimensions"],
      aliases: body["aliases"] || [],
      available?: body["available"] == true,
      reason: body["reason"],
      default?: body["default"] == true,
      context_tokens: body["context_tokens"],
      max_output_tokens: body["max_output_tokens"],
      reasoning: body["reasoning"],
      refuses: body["refuses"] || [],
      retires: body["retires"]
    }
  end
end
