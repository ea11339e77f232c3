defmodule Oneshot.Web.Providers do
  @moduledoc false
  # What the page offers: the server's providers that have a key. Calls cost money, so a page that anyone can open, without a
  # password, has only `echo`, which needs no key.

  alias Oneshot.Web.Password

  @spec list() :: {:ok, [map()]} | {:error, String.t()}
  def list do
    case OneshotAI.list_providers(timeout: 5_000) do
      {:ok, providers} ->
        {:ok,
         for(
           %{available?: true} = provider <- providers,
           allowed?(provider.name),
           do: Map.take(provider, [:name, :default_model])
         )}

      {:error, error} ->
        {:error, Exception.message(error)}
    end
  rescue
    # There is no key to sign tokens with: its message says what to set.
    error in ArgumentError -> {:error, Exception.message(error)}
  end

  @spec allowed?(term()) :: boolean()
  def allowed?(name), do: name == "echo" or (is_binary(name) and Password.set?())
end
