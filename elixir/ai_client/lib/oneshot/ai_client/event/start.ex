defmodule Oneshot.AIClient.Event.Start do
  @moduledoc "The answer begins: who answers (`:provider`, `:model`), the vendor's `:id` and the server's `:request_id`."

  defstruct [:id, :request_id, :provider, :model]

  @type t :: %__MODULE__{
          id: String.t() | nil,
          request_id: String.t() | nil,
          provider: String.t() | nil,
          model: String.t() | nil
        }
end
