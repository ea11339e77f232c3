defmodule OneshotAI.Transport.Response do
  @moduledoc """
  A response whose headers have arrived: `:status`, `:headers` (names in lower case), and two
  functions: `:next` returns the next piece of the body, `:close` ends the call. See
  `OneshotAI.Transport`.
  """

  @enforce_keys [:status, :headers, :next, :close]
  defstruct [:status, :headers, :next, :close]

  # Neither takes an argument. `mix format` writes that type differently before Elixir 1.17.
  @type next :: (... -> {:ok, binary(), next()} | :done | {:error, OneshotAI.Error.t()})

  @type t :: %__MODULE__{
          status: pos_integer(),
          headers: [{String.t(), String.t()}],
          next: next(),
          close: (... -> :ok)
        }

  @doc """
  The first header of this name, which must be in lower case.

      iex> response = %OneshotAI.Transport.Response{
      ...>   status: 200, headers: [{"content-type", "text/html"}],
      ...>   next: fn -> :done end, close: fn -> :ok end}
      iex> OneshotAI.Transport.Response.header(response, "content-type")
      "text/html"
  """
  @spec header(t(), String.t()) :: String.t() | nil
  def header(%__MODULE__{headers: headers}, name) do
    with {_name, value} <- List.keyfind(headers, name, 0), do: value
  end

  @doc "A body that has arrived already, as a response's `:next`."
  @spec pieces([binary()]) :: next()
  def pieces([]), do: fn -> :done end
  def pieces([piece | rest]), do: fn -> {:ok, piece, pieces(rest)} end
end
