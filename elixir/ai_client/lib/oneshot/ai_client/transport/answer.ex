defmodule Oneshot.AIClient.Transport.Answer do
  @moduledoc """
  An answer whose headers have arrived: `:status`, `:headers` (names in lower case), and two functions, `:next` for the next
  piece of the body and `:close`. See `Oneshot.AIClient.Transport`.
  """

  @enforce_keys [:status, :headers, :next, :close]
  defstruct [:status, :headers, :next, :close]

  # Neither takes an argument; `mix format` writes that in two ways, until Elixir 1.17 and since.
  @type next :: (... -> {:ok, binary(), next()} | :done | {:error, Oneshot.AIClient.Error.t()})

  @type t :: %__MODULE__{
          status: pos_integer(),
          headers: [{String.t(), String.t()}],
          next: next(),
          close: (... -> :ok)
        }

  @doc """
  The first header of this name, which must be in lower case.

      iex> answer = %Oneshot.AIClient.Transport.Answer{
      ...>   status: 200, headers: [{"content-type", "text/html"}], next: fn -> :done end, close: fn -> :ok end}
      iex> Oneshot.AIClient.Transport.Answer.header(answer, "content-type")
      "text/html"
  """
  @spec header(t(), String.t()) :: String.t() | nil
  def header(%__MODULE__{headers: headers}, name) do
    with {_name, value} <- List.keyfind(headers, name, 0), do: value
  end

  @doc "A body that is there already, as an answer's `:next`."
  @spec pieces([binary()]) :: next()
  def pieces([]), do: fn -> :done end
  def pieces([piece | rest]), do: fn -> {:ok, piece, pieces(rest)} end
end
