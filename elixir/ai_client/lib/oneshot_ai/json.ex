defmodule OneshotAI.JSON do
  @moduledoc """
  Which JSON library the client uses.

  The first that is available of: the module in `config :oneshot_ai, json: …`, Elixir's own `JSON`
  (1.18 and later), `Jason`, and `OneshotAI.JSON.Builtin`, which is slower. A configured module needs
  the two callbacks below. `Jason` and `JSON` have them.

  The client's structs (`OneshotAI.Response`, `OneshotAI.Usage`, `OneshotAI.Error` and so on) can be
  encoded by each of these: `Jason.encode!(response.usage)`.
  """

  alias OneshotAI.Response

  @doc "The term as JSON. Raises if it cannot be encoded."
  @callback encode!(term()) :: String.t()

  @doc "The JSON as a term: objects become maps with string keys, null becomes nil."
  @callback decode(String.t()) :: {:ok, term()} | {:error, term()}

  @detected {__MODULE__, :detected}

  @doc """
  The library in use.

      iex> OneshotAI.JSON.library().decode("[1, null]")
      {:ok, [1, nil]}
  """
  @spec library() :: module()
  def library do
    Application.get_env(:oneshot_ai, :json) || :persistent_term.get(@detected, nil) || detect()
  end

  @doc false
  @spec encode!(term()) :: String.t()
  def encode!(term), do: library().encode!(term)

  @doc false
  @spec decode(String.t()) :: {:ok, term()} | {:error, term()}
  def decode(text), do: library().decode(text)

  # Cached, because looking for a missing module searches the whole code path.
  defp detect do
    module = Enum.find([JSON, Jason], OneshotAI.JSON.Builtin, &Code.ensure_loaded?/1)
    :persistent_term.put(@detected, module)
    module
  end

  @doc false
  # Turns what callers write into what every library encodes alike: keyword lists are objects, a
  # response is its message.
  @spec normalize(term()) :: term()
  def normalize(%Response{message: message}), do: normalize(message)
  def normalize(%{__struct__: _module} = struct), do: struct
  def normalize(%{} = map), do: Map.new(map, fn {key, value} -> {key, normalize(value)} end)

  def normalize([{key, _value} | _rest] = list) when is_atom(key) do
    if Keyword.keyword?(list), do: list |> Map.new() |> normalize(), else: list
  end

  def normalize(list) when is_list(list), do: Enum.map(list, &normalize/1)
  def normalize(term), do: term
end
