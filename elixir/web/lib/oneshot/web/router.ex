defmodule Oneshot.Web.Router do
  @moduledoc false
  # Path → answer. Everything but /health is behind the password, where there is one.

  alias Oneshot.Web.{ChatStream, Connection, Files, Password, Providers, Request}

  @spec answer(Request.t(), :gen_tcp.socket()) :: pos_integer()
  def answer(%Request{path: "/health"} = request, socket),
    do: only(request, ["GET"], socket, fn -> health(socket) end)

  def answer(request, socket) do
    if Password.allows?(request),
      do: route(request, socket),
      else: Connection.respond(socket, 401, "text/plain", "", Password.challenge())
  end

  defp route(%Request{path: "/providers"} = request, socket) do
    only(request, ["GET"], socket, fn -> providers(socket) end)
  end

  defp route(%Request{path: "/chat"} = request, socket),
    do: only(request, ["POST"], socket, fn -> ChatStream.answer(request, socket) end)

  defp route(%Request{path: path} = request, socket) do
    case Files.fetch(path) do
      {:ok, type, body} ->
        only(request, ["GET"], socket, fn ->
          Connection.respond(socket, 200, type, body, Files.headers())
        end)

      :error ->
        Connection.respond(socket, 404, "text/plain", "There is nothing here.")
    end
  end

  defp only(request, methods, socket, answer) do
    if request.method in methods,
      do: answer.(),
      else: Connection.respond(socket, 405, "text/plain", "", [{"allow", Enum.join(methods, ", ")}])
  end

  # The platform can only ask this process how it is; so it asks the AI server, which nobody else can reach.
  defp health(socket) do
    case OneshotAI.health(timeout: 2_000) do
      {:ok, server} -> json(socket, 200, %{status: "ok", ai_server: server})
      {:error, error} -> json(socket, 503, %{status: "degraded", ai_server: %{error: error.reason}})
    end
  end

  defp providers(socket) do
    case Providers.list() do
      {:ok, providers} -> json(socket, 200, %{providers: providers, locked: not Password.set?()})
      {:error, message} -> json(socket, 503, %{error: message})
    end
  end

  defp json(socket, status, body),
    do: Connection.respond(socket, status, "application/json", OneshotAI.JSON.encode!(body))
end
