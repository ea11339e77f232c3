defmodule Oneshot.AIClient.Call do
  @moduledoc false
  # One request to the server, from a path and a body to a decoded answer or an open stream.

  alias Oneshot.AIClient.{Client, Error, JSON, Token}
  alias Oneshot.AIClient.Transport.{Answer, Request}

  @version Mix.Project.config()[:version]

  # The server's own limit on what it takes from a vendor is half of this.
  @max_answer_bytes 64 * 1024 * 1024

  @type option ::
          {:claims, map()} | {:timeout, timeout()} | {:silence_timeout, timeout()} | {:idempotency_key, String.t()}

  @doc "Asks, and reads the answer to its end. Without a body it is a GET; with `auth: false` it has no token."
  @spec whole(Client.t(), String.t(), map() | nil, keyword()) :: {:ok, map()} | {:error, Error.t()}
  def whole(client, path, body, opts) do
    timeout = opts[:timeout] || client.timeout
    deadline = if timeout == :infinity, do: :infinity, else: System.monotonic_time(:millisecond) + timeout

    with {:ok, request} <- build(client, path, body, "application/json", opts),
         {:ok, answer} <- client.transport.open(%{request | deadline: deadline}) do
      if answer.status == 200, do: read_object(answer), else: {:error, read_error(answer)}
    end
  end

  @doc "Asks for a stream. The answer's body is still to be read, and its `close` to be called."
  @spec stream(Client.t(), String.t(), map(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def stream(client, path, body, opts) do
    silence_timeout = opts[:silence_timeout] || client.silence_timeout

    with {:ok, request} <- build(client, path, body, "text/event-stream", opts),
         {:ok, answer} <- client.transport.open(%{request | silence_timeout: silence_timeout}) do
      cond do
        answer.status != 200 -> {:error, read_error(answer)}
        media_type(answer) == "text/event-stream" -> {:ok, answer}
        true -> {:error, refuse(answer)}
      end
    end
  end

  defp build(client, path, body, accept, opts) do
    with {:ok, authorization} <- authorize(client, opts) do
      {:ok,
       %Request{
         method: if(body, do: :post, else: :get),
         url: %{client.url | path: client.url.path <> path},
         headers: authorization ++ headers(body, accept, opts),
         body: if(body, do: JSON.encode!(body), else: ""),
         connect_timeout: client.connect_timeout,
         inet6: client.inet6,
         cacertfile: client.cacertfile,
         transport_options: client.transport_options
       }}
    end
  end

  defp authorize(client, opts) do
    if Keyword.get(opts, :auth, true) do
      with {:ok, token} <- Token.fetch(client, claims(opts)), do: {:ok, [{"authorization", "Bearer " <> token}]}
    else
      {:ok, []}
    end
  end

  defp claims(opts), do: Map.new(opts[:claims] || %{}, fn {name, value} -> {to_string(name), value} end)

  defp headers(body, accept, opts) do
    [{"accept", accept}, {"user-agent", "oneshot-ai-client/" <> @version}] ++
      if(body, do: [{"content-type", "application/json"}], else: []) ++
      if(key = opts[:idempotency_key], do: [{"idempotency-key", key}], else: [])
  end

  defp read_object(answer) do
    with {:ok, text} <- read_text(answer) do
      case JSON.decode(text) do
        {:ok, %{} = body} -> {:ok, body}
        _other -> {:error, refuse(answer)}
      end
    end
  end

  defp read_error(answer) do
    with {:ok, text} <- read_text(answer),
         {:ok, %{"error" => %{"code" => code} = error}} when is_binary(code) <- JSON.decode(text) do
      Error.decode(error, status: answer.status)
    else
      {:error, %Error{} = error} -> error
      _not_ours -> refuse(answer)
    end
  end

  # Something else answered: a proxy, another program, the wrong address.
  defp refuse(%Answer{} = answer) do
    answer.close.()

    Error.new(:invalid_response, "(status #{answer.status}, #{media_type(answer) || "no content type"})",
      status: answer.status,
      retryable?: answer.status in [429, 502, 503, 504],
      retry_after: retry_after(answer)
    )
  end

  defp retry_after(answer) do
    with text when text != nil <- Answer.header(answer, "retry-after"),
         {seconds, ""} <- Integer.parse(text) do
      seconds
    else
      _none_or_a_date -> nil
    end
  end

  defp media_type(answer) do
    with text when text != nil <- Answer.header(answer, "content-type") do
      text |> String.split(";") |> hd() |> String.trim() |> String.downcase()
    end
  end

  defp read_text(answer), do: read_text(answer.next, answer, [], 0)

  defp read_text(next, answer, pieces, size) do
    case next.() do
      {:ok, _piece, _next} when size > @max_answer_bytes ->
        answer.close.()
        {:error, Error.new(:invalid_response, "It is too long.", status: answer.status)}

      {:ok, piece, next} ->
        read_text(next, answer, [pieces, piece], size + byte_size(piece))

      :done ->
        answer.close.()
        {:ok, IO.iodata_to_binary(pieces)}

      {:error, error} ->
        answer.close.()
        {:error, error}
    end
  end
end
