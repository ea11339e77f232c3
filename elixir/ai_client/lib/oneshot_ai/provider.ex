defmodule OneshotAI.Provider do
  @moduledoc """
  One of the server's providers. Its `:name` and `:aliases` are what `OneshotAI.chat/3` takes.

  If `:available?` is false, `:reason` says what the server's operator must do.
  """
  use OneshotAI.JSON.Encodable

  defstruct [:name, :reason, :default_model, aliases: [], available?: false]

  @type t :: %__MODULE__{
          name: String.t(),
          aliases: [String.t()],
          available?: boolean(),
          reason: String.t() | nil,
          default_model: String.t() | nil
        }

  @doc false
  @spec decode(map()) :: t()
  def decode(body) do
    %__MODULE__{
      name: body["name"],
      aliases: body["aliases"] || [],
      available?: body["available"] == true,
      reason: body["reason"],
      default_model: body["default_model"]
    }
  end
end
