defmodule Oneshot.Web.Providers do
  @moduledoc false
  # The providers and models that the page offers: those that the server can call. Calls cost money,
  # so a page without a password, which anyone can open, has only `echo`, which needs no key.

  alias Oneshot.Web.Password

  @spec list() :: {:ok, [map()]} | {:error, String.t()}
  def list do
    with {:ok, providers} <- OneshotAI.list_providers(timeout: 5_000),
         {:ok, models} <- OneshotAI.list_models(timeout: 5_000) do
      {:ok,
       for %{available?: true, name: name} <- providers, allowed?(name) do
         %{name: name, models: chat_models(models, name)}
       end}
    else
      {:error, error} -> {:error, Exception.message(error)}
    end
  rescue
    # There is no key to sign tokens with; the message says what to set.
    error in ArgumentError -> {:error, Exception.message(error)}
  end

  defp chat_models(models, provider) do
    for %{provider: ^provider, kind: "chat", available?: true, id: id} <- models, do: id
  end

  @spec allowed?(term()) :: boolean()
  def allowed?(name), do: name == "echo" or (is_binary(name) and Password.set?())
end
