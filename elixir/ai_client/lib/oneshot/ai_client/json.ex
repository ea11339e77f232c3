defmodule Oneshot.AIClient.JSON do
  @moduledoc """
  Which JSON library is used.

  The first of these that is there: the module in `config :oneshot, :ai_client, json: …`, Elixir's own `JSON` (1.18 and
  later), `Jason`, or `Oneshot.AIClient.JSON.Plain`, which comes with this client and is slower. A configured module needs the
  two callbacks below; `Jason`, `JSON` and Poison's successors have them under these names.
  """

  @doc "The term as JSON; raises where it cannot be."
  @callback encode!(term()) :: String.t()

  @doc "The JSON as a term: objects become maps with string keys, null becomes nil."
  @callback decode(String.t()) :: {:ok, term()} | {:error, term()}

  @detected {__MODULE__, :detected}

  @doc """
  The library in use.

      iex> Oneshot.AIClient.JSON.library().decode("[1, null]")
      {:ok, [1, nil]}
  """
  @spec library() :: module()
  def library do
    Application.get_env(:oneshot, :ai_client, [])[:json] || Application.get_env(:oneshot_ai_client, :json) ||
      :persistent_term.get(@detected, nil) || detect()
  end

  @doc false
  @spec encode!(term()) :: String.t()
  def encode!(term), do: library().encode!(term)

  @doc false
  @spec decode(String.t()) :: {:ok, term()} | {:error, term()}
  def decode(text), do: library().decode(text)

  # Looking for modules that are not there searches the whole code path, so it is done once.
  defp detect do
    module = Enum.find([JSON, Jason], Oneshot.AIClient.JSON.Plain, &Code.ensure_loaded?/1)
    :persistent_term.put(@detected, module)
    module
  end

  @doc false
  # What callers write → what every library encodes alike: keyword lists are objects, a response stands for its message.
  @spec normalize(term()) :: term()
  def normalize(%Oneshot.AIClient.Response{message: message}), do: normalize(message)
  def normalize(%{__struct__: _module} = struct), do: struct
  def normalize(%{} = map), do: Map.new(map, fn {key, value} -> {key, normalize(value)} end)

  def normalize([{key, _value} | _rest] = list) when is_atom(key) do
    if Keyword.keyword?(list), do: list |> Map.new() |> normalize(), else: list
  end

  def normalize(list) when is_list(list), do: Enum.map(list, &normalize/1)
  def normalize(term), do: term
end
