defmodule OneshotAI.Token.Key do
  @moduledoc false
  # A secret or a private key, and signing with it.

  # The object identifiers of the two curves (RFC 8410, RFC 5480).
  @ed25519 {1, 3, 101, 112}
  @p256 {1, 2, 840, 10045, 3, 1, 7}

  @type t :: {:hs256, binary()} | {:eddsa | :es256, tuple()}

  @doc "The key in the options. Raises if the PEM holds no key that the server accepts."
  @spec read!(keyword()) :: t()
  def read!(jwt) do
    case jwt[:secret] do
      nil -> read_pem!(jwt[:private_key])
      secret -> {:hs256, secret}
    end
  end

  @doc "The algorithm's name in a token's header."
  @spec algorithm(t()) :: String.t()
  def algorithm({:hs256, _secret}), do: "HS256"
  def algorithm({:eddsa, _key}), do: "EdDSA"
  def algorithm({:es256, _key}), do: "ES256"

  @spec sign(t(), binary()) :: binary()
  def sign({:hs256, secret}, message), do: :crypto.mac(:hmac, :sha256, secret, message)
  def sign({:eddsa, key}, message), do: :public_key.sign(message, :none, key)

  # A JWT has the signature's two numbers side by side (RFC 7518 §3.4), not in ASN.1.
  def sign({:es256, key}, message) do
    {:"ECDSA-Sig-Value", r, s} =
      :public_key.der_decode(:"ECDSA-Sig-Value", :public_key.sign(message, :sha256, key))

    <<r::256, s::256>>
  end

  # Environment variables often hold a PEM in one line.
  defp read_pem!(pem) do
    entries = pem |> String.replace("\\n", "\n") |> :public_key.pem_decode()
    Enum.find_value(entries, fn entry -> classify(entry) end) || raise_unusable()
  end

  defp classify({_type, _der, :not_encrypted} = entry) do
    case :public_key.pem_entry_decode(entry) do
      key when elem(key, 0) == :ECPrivateKey ->
        case elem(key, 3) do
          {:namedCurve, @ed25519} -> {:eddsa, key}
          {:namedCurve, @p256} -> {:es256, key}
          _other -> nil
        end

      _other ->
        nil
    end
  rescue
    # The reason may hold the key.
    _error -> nil
  end

  defp classify(_encrypted), do: nil

  @spec raise_unusable() :: no_return()
  defp raise_unusable do
    raise ArgumentError,
          "the private_key of jwt must be the PEM of an unencrypted Ed25519 or P-256 private key"
  end
end
