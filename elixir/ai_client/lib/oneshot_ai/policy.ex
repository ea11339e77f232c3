defmodule OneshotAI.Policy do
  @moduledoc """
  What a token allows: models, lengths, rates, tokens and money. The server enforces it, without a
  database of keys, because the token that your app signs carries it (as the claim `ai`).

      policy = [
        tenant: "acme",
        models: ["claude/*", "openai/gpt-6*", "!openai/gpt-6.1-pro"],
        max_output_tokens: 4096,
        limits: [
          [per: :subject, requests: 60, window: "1m"],
          [per: :subject, concurrent: 4],
          [per: :subject, usd: 2.5, window: "1d"]
        ]
      ]

      OneshotAI.chat("claude", messages, policy: policy, claims: %{sub: user.id})

  A limit that is used up is `{:error, %OneshotAI.Error{reason: :rate_limited}}` or
  `:budget_exceeded`, whose `:limit` says which one. `OneshotAI.limits/1` shows them all.

  A policy is a keyword list or a map. It is checked as strictly as the server does, when it is used:
  a member that does not exist raises, so that a typo never means "unlimited".

  ## Members

    * `:models` - patterns over `provider/model`; `*` is any text, `!` excludes, the last that fits
      decides. Absent: all models. Empty: none.
    * `:max_input_tokens`, `:max_output_tokens` - of one call.
    * `:tenant`, `:session` - names that limits can be counted by.
    * `:limits` - each has `:per` (`:token`, `:session`, `:subject`, `:tenant` or `:issuer`) and one of
      `:requests`, `:tokens` (both with a `:window` such as `"30s"`, `"5m"`, `"1h"`, `"1d"`, `"1mo"`),
      `:concurrent` (without one) and `:usd` (with `"1d"` or `"1mo"`, the UTC day or month, or
      without). 0 means none, never unlimited.
    * `:mode` - `:shadow` counts and reports, and refuses nothing; also in a single limit.

  The limits are those of whom they count, not of the token: a new token does not refill them. Only
  `per: :token` begins anew with each token, so use it for tokens that you hand out
  (`OneshotAI.Token.mint!/2`); the client renews its own.
  """

  alias OneshotAI.JSON
  alias OneshotAI.Policy.Rules

  @type t :: keyword() | map()

  @doc """
  The policy as a claim (a map with string keys), or what is wrong with it, in the words of the
  server's log.

      iex> OneshotAI.Policy.new(models: ["claude/*"], limits: [[per: :subject, usd: 2, window: "1d"]])
      {:ok,
       %{
         "models" => ["claude/*"],
         "limits" => [%{"per" => "subject", "usd" => 2, "window" => "1d"}]
       }}

      iex> OneshotAI.Policy.new(limits: [[per: :subject, requests: 60]])
      {:error, "ai: limits[0] must have a window"}
  """
  @spec new(t()) :: {:ok, map()} | {:error, String.t()}
  def new(policy) do
    policy = policy |> JSON.normalize() |> to_json()

    case Rules.fault(policy) do
      nil -> {:ok, policy}
      fault -> {:error, fault}
    end
  end

  @doc """
  Like `new/1`, but returns the claim itself, or raises.

      iex> OneshotAI.Policy.new!(model: ["claude/*"])
      ** (ArgumentError) the policy is not valid: ai: model is not a member of a policy
  """
  @spec new!(t()) :: map()
  def new!(policy) do
    case new(policy) do
      {:ok, claim} -> claim
      {:error, fault} -> raise ArgumentError, "the policy is not valid: " <> fault
    end
  end

  # As it is in JSON: names and other atoms are strings.
  defp to_json(%{} = map) when not is_struct(map),
    do: Map.new(map, fn {name, value} -> {to_string(name), to_json(value)} end)

  defp to_json(list) when is_list(list), do: Enum.map(list, &to_json/1)

  defp to_json(atom) when is_atom(atom) and not is_boolean(atom) and atom != nil,
    do: Atom.to_string(atom)

  defp to_json(term), do: term
end
