defmodule Oneshot.Web.Router do
  @moduledoc false
  # Path → answer. Everything but /health needs the password, if there is one.

  alias Oneshot.Web.{ChatStream, Files, Password, Providers, Request}

  @typedoc "A status, a type, a body and headers; or the status of an answer that was streamed."
  @type answer ::
          {:whole, pos_integer(), String.t(), iodata(), [{String.t(), String.t()}]}
          | {:streamed, pos_integer()}

  @spec answer(Request.t(), :gen_tcp.socket()) :: answer()
  def answer(%Request{path: "/health"} = request, _socket), do: only(request, "GET", &health/0)

  def answer(request, socket) do
    if Password.allows?(request),
      do: route(request, socket),
      else: text(401, "", Password.challenge())
  end

  defp route(%Request{path: "/providers"} = request, _socket),
    do: only(request, "GET", &providers/0)

  defp route(%Request{path: "/chat"} = request, socket) do
    only(request, "POST", fn ->
      case ChatStream.answer(request, socket) do
        :ok -> {:streamed, 200}
        {:error, status, message} -> text(status, message)
      end
    end)
  end

  defp route(%Request{path: path} = request, _socket) do
    case Files.fetch(path) do
      {:ok, type, body} ->
        only(request, "GET", fn -> {:whole, 200, type, body, Files.headers()} end)

      :error ->
        text(404, "There is nothing here.")
    end
  end

  # What has a GET has a HEAD; the connection then drops the body.
  defp only(%Request{method: "HEAD"}, "GET", answer), do: answer.()
  defp only(%Request{method: method}, method, answer), do: answer.()
  defp only(_request, "GET", _answer), do: text(405, "", [{"allow", "GET, HEAD"}])
  defp only(_request, method, _answer), do: text(405, "", [{"allow", method}])

  # The platform can check only this process, so this asks the AI server, which only it can reach.
  defp health do
    case OneshotAI.health(timeout: 2_000) do
      {:ok, server} -> json(200, %{status: "ok", ai_server: server})
      {:error, error} -> json(503, %{status: "degraded", ai_server: %{error: error.reason}})
    end
  end

  defp providers do
    case Providers.list() do
      {:ok, providers} -> json(200, %{providers: providers, locked: not Password.set?()})
      {:error, message} -> json(503, %{error: message})
    end
  end

  defp json(status, body),
    do: {:whole, status, "application/json", OneshotAI.JSON.encode!(body), []}

  defp text(status, body, headers \\ []),
    do: {:whole, status, "text/plain; charset=utf-8", body, headers}
end
