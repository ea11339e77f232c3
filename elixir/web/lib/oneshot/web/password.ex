defmodule Oneshot.Web.Password do
  @moduledoc false
  # WEB_PASSWORD, asked for by the browser itself (HTTP Basic; any user name). Without one, whoever
  # finds the page may only use what costs nothing: see Providers.

  alias Oneshot.Web.Request

  @spec set?() :: boolean()
  def set?, do: password() not in [nil, ""]

  @spec allows?(Request.t()) :: boolean()
  def allows?(%Request{headers: headers}) do
    not set?() or matches?(headers["authorization"] || "")
  end

  @spec challenge() :: [{String.t(), String.t()}]
  def challenge, do: [{"www-authenticate", ~s(Basic realm="oneshot", charset="UTF-8")}]

  defp matches?(authorization) do
    with [scheme, encoded] <- String.split(authorization, " ", parts: 2),
         "basic" <- String.downcase(scheme),
         {:ok, pair} <- Base.decode64(encoded),
         [_name, given] <- String.split(pair, ":", parts: 2) do
      # Hashes are equally long, so comparing them takes constant time.
      :crypto.hash_equals(:crypto.hash(:sha256, given), :crypto.hash(:sha256, password()))
    else
      _other -> false
    end
  end

  defp password, do: Application.get_env(:oneshot, :password)
end
