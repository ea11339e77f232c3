defmodule OneshotAI.Token.Signer do
  @moduledoc false
  # Claims → a signed JWT in compact form (RFC 7515, 7518 §3, 8037). The key determines the
  # algorithm.

  alias OneshotAI.JSON
  alias OneshotAI.Token.Key

  @doc "A token, and when it expires (Unix time in seconds)."
  @spec sign(keyword()) :: {String.t(), integer()}
  def sign(jwt) do
    key = Key.read!(jwt)
    now = System.system_time(:second)
    expires_at = now + Keyword.fetch!(jwt, :lifetime)

    claims =
      Map.merge(own_claims(jwt), %{
        "iss" => Keyword.fetch!(jwt, :issuer),
        "aud" => Keyword.fetch!(jwt, :audience),
        "iat" => now,
        "exp" => expires_at,
        "jti" => Base.url_encode64(:crypto.strong_rand_bytes(12), padding: false)
      })

    header = put_present(%{"alg" => Key.algorithm(key), "typ" => "JWT"}, "kid", jwt[:key_id])
    signed = encode(header) <> "." <> encode(claims)
    {signed <> "." <> Base.url_encode64(Key.sign(key, signed), padding: false), expires_at}
  end

  defp own_claims(jwt) do
    claims =
      Map.new(jwt[:claims] || %{}, fn {name, value} -> {to_string(name), JSON.normalize(value)} end)

    case claims do
      # It must be a string (RFC 7519 §4.1.2), but a user's id is often a number.
      %{"sub" => id} when is_integer(id) -> %{claims | "sub" => Integer.to_string(id)}
      %{"sub" => _subject} -> claims
      _none -> put_present(claims, "sub", jwt[:subject])
    end
  end

  defp put_present(map, _name, nil), do: map
  defp put_present(map, name, value), do: Map.put(map, name, value)

  defp encode(term), do: term |> JSON.encode!() |> Base.url_encode64(padding: false)
end
