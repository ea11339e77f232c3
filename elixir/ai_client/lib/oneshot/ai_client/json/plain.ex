defmodule Oneshot.AIClient.JSON.Plain do
  @moduledoc """
  JSON without any library, for Elixir before 1.18 where there is no Jason either.

      iex> Oneshot.AIClient.JSON.Plain.decode(~s({"text": "caf\\\\u00e9", "tokens": [1, 2.5, null]}))
      {:ok, %{"text" => "café", "tokens" => [1, 2.5, nil]}}

      iex> Oneshot.AIClient.JSON.Plain.decode("[1,")
      {:error, {:unexpected_end, 3}}

      iex> Oneshot.AIClient.JSON.Plain.encode!([%{text: "café"}, 1, 2.5, nil, :auto])
      ~s([{"text":"café"},1,2.5,null,"auto"])
  """

  @behaviour Oneshot.AIClient.JSON

  @impl Oneshot.AIClient.JSON
  defdelegate encode!(term), to: Oneshot.AIClient.JSON.Encoder

  @impl Oneshot.AIClient.JSON
  defdelegate decode(text), to: Oneshot.AIClient.JSON.Decoder
end
