defmodule Oneshot.Web.ChatStream do
  @moduledoc false
  # The page's POST /chat: the conversation in, the answer out while it is being written. The
  # connection's process receives both the answer's events and the news that the browser left; then
  # it ends, and the call with it.

  alias OneshotAI.{Event, JSON}
  alias Oneshot.Web.{Connection, Providers, Request}

  @max_tokens 4_000

  @doc "Streams the answer, or returns an error before anything is written."
  @spec answer(Request.t(), :gen_tcp.socket()) :: :ok | {:error, pos_integer(), String.t()}
  def answer(%Request{} = request, socket) do
    with :ok <- check_type(request),
         {:ok, provider, messages, opts} <- read(request.body) do
      :ok = :inet.setopts(socket, active: :once)
      {:ok, ref} = OneshotAI.stream_to(self(), provider, messages, opts)

      with :ok <- Connection.begin(socket, 200, "text/event-stream") do
        forward(ref, socket)
      end

      OneshotAI.cancel(ref)
    end
  end

  # A form on another site cannot send this type, so it cannot ask in the user's name.
  defp check_type(request) do
    if request.headers["content-type"] == "application/json",
      do: :ok,
      else: {:error, 415, "Send application/json."}
  end

  defp read(body) do
    case JSON.decode(body) do
      {:ok, %{"provider" => provider, "messages" => [_ | _] = messages} = body} ->
        cond do
          not Providers.allowed?(provider) ->
            {:error, 403, "Without WEB_PASSWORD this page has only echo."}

          not Enum.all?(messages, &is_map/1) ->
            {:error, 400, "Each message must be an object."}

          true ->
            {:ok, provider, messages, [model: model(body["model"]), max_tokens: @max_tokens]}
        end

      _other ->
        {:error, 400, "Send provider and messages."}
    end
  end

  defp model(model) when is_binary(model) and model != "", do: model
  defp model(_none), do: nil

  defp forward(ref, socket) do
    receive do
      {:oneshot_ai, ^ref, event} ->
        with :ok <- write(socket, encode(event)), do: if(not last?(event), do: forward(ref, socket))

      {:tcp_closed, ^socket} ->
        :ok

      {:tcp_error, ^socket, _reason} ->
        :ok

      # Nothing more is expected from the browser.
      {:tcp, ^socket, _bytes} ->
        :inet.setopts(socket, active: :once)
        forward(ref, socket)
    after
      # Proxies close connections that are silent for a minute, and models may think for longer. The
      # page ignores comments.
      Application.get_env(:oneshot, :heartbeat_ms, 15_000) ->
        with :ok <- :gen_tcp.send(socket, ": thinking\n\n"), do: forward(ref, socket)
    end
  end

  defp write(_socket, nil), do: :ok
  defp write(socket, body), do: :gen_tcp.send(socket, ["data: ", JSON.encode!(body), "\n\n"])

  defp encode(%Event.Start{provider: provider, model: model}),
    do: %{type: "start", provider: provider, model: model}

  defp encode(%Event.PartDelta{kind: kind, delta: delta}) when kind in [:text, :reasoning],
    do: %{type: kind, text: delta}

  defp encode(%Event.Done{response: response}) do
    usage = response.usage && Map.from_struct(response.usage)
    cost = response.cost && response.cost.total

    %{
      type: "done",
      message: response.message,
      usage: usage,
      cost: cost,
      finish_reason: response.finish_reason
    }
  end

  defp encode({:error, error}),
    do: %{type: "error", message: error.message, reason: error.reason, retryable: error.retryable?}

  defp encode(_other), do: nil

  defp last?(%Event.Done{}), do: true
  defp last?({:error, _error}), do: true
  defp last?(_event), do: false
end
