defmodule Oneshot.AIClient.Provider do
  @moduledoc """
  A provider of the server's: what may be put into `provider`.

  Where `:available?` is false, `:reason` says what the server's operator has to do.
  """

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
