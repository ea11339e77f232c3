defmodule Oneshot.Web.Request do
  @moduledoc false
  # A request that has been read. Header names are in lower case.

  defstruct [:method, :path, headers: %{}, body: ""]

  @type t :: %__MODULE__{
          method: String.t(),
          path: String.t(),
          headers: %{String.t() => String.t()},
          body: binary()
        }
end
