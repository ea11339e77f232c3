defmodule OneshotAI.JSON.Builtin do
  @moduledoc """
  JSON without a library: for Elixir before 1.18, if the app has no Jason.

      iex> OneshotAI.JSON.Builtin.decode(~s({"text": "caf\\\\u00e9", "tokens": [1, 2.5, null]}))
      {:ok, %{"text" => "café", "tokens" => [1, 2.5, nil]}}

      iex> OneshotAI.JSON.Builtin.decode("[1,")
      {:error, {:unexpected_end, 3}}

      iex> OneshotAI.JSON.Builtin.encode!([%{text: "café"}, 1, 2.5, nil, :auto])
      ~s([{"text":"café"},1,2.5,null,"auto"])
  """

  @behaviour OneshotAI.JSON

  @impl OneshotAI.JSON
  defdelegate encode!(term), to: OneshotAI.JSON.Encoder

  @impl OneshotAI.JSON
  defdelegate decode(text), to: OneshotAI.JSON.Decoder
end
