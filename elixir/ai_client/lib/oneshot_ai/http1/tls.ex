defmodule OneshotAI.HTTP1.TLS do
  @moduledoc false
  # The options with which `:ssl` verifies the server. Until OTP 26 it trusts anyone by default.

  alias OneshotAI.Error
  alias OneshotAI.Transport.Request

  @spec options(Request.t()) :: {:ok, keyword()} | {:error, Error.t()}
  def options(%Request{url: url} = request) do
    with {:ok, trusted} <- trusted(request.cacertfile) do
      {:ok,
       [
         trusted,
         verify: :verify_peer,
         depth: 10,
         versions: [:"tlsv1.3", :"tlsv1.2"],
         customize_hostname_check: [match_fun: :public_key.pkix_verify_hostname_match_fun(:https)],
         # The caller gets the reason in the error.
         log_level: :error
       ] ++ name(url.host)}
    end
  end

  # The name that the certificate must be for. An IP address is not a name (RFC 6066 §3): without
  # one, `:ssl` checks the certificate against the address it is connected to.
  defp name(host) do
    case host |> String.to_charlist() |> :inet.parse_strict_address() do
      {:ok, _address} -> []
      {:error, _} -> [server_name_indication: String.to_charlist(host)]
    end
  end

  defp trusted(nil) do
    {:ok, {:cacerts, :public_key.cacerts_get()}}
  rescue
    _error ->
      {:error,
       Error.new(
         :tls_failed,
         "The operating system has no certificates to trust: install ca-certificates."
       )}
  end

  defp trusted(path) do
    if File.regular?(path),
      do: {:ok, {:cacertfile, String.to_charlist(path)}},
      else: {:error, Error.new(:tls_failed, "The cacertfile cannot be read.")}
  end
end
