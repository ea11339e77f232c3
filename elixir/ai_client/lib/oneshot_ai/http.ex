defmodule OneshotAI.HTTP do
  @moduledoc false
  # One call of the server: from a path and a body to a decoded answer or an open stream.

  alias OneshotAI.{Client, Error, JSON, Policy, Token, Trace}
  alias OneshotAI.Transport.{Request, Response}

  @version Mix.Project.config()[:version]

  # Twice what the server itself accepts from a vendor.
  @max_body_bytes 64 * 1024 * 1024

  # `retry: :safe` repeats only what the server surely has not begun.
  @safe_reasons [:connection_refused, :unreachable, :shutting_down]
  @retry_delays_ms [250, 500, 1_000, 2_000]

  @type option ::
          {:claims, map()}
          | {:policy, Policy.t()}
          | {:query, keyword()}
          | {:method, :get | :post | :delete}
          | {:headers, [{String.t(), String.t()}]}
          | {:deadline, integer() | :infinity}
          | {:resume, boolean() | timeout()}
          | {:timeout, timeout()}
          | {:silence_timeout, timeout()}
          | {:idempotency_key, String.t()}
          | {:retry, :safe | false}
          | {:auth, boolean()}

  @doc """
  Reads the whole answer, a JSON object. Without a body the request is a GET; with `auth: false`
  it has no token.
  """
  @spec fetch(Client.t(), String.t(), map() | nil, [option()]) ::
          {:ok, map()} | {:error, Error.t()}
  def fetch(client, path, body, opts) do
    with {:ok, request} <- build(client, path, body, "application/json", opts),
         request = %{request | deadline: deadline(opts, client.timeout)},
         {:ok, response} <- open(client, request, retry_delays(opts)) do
      read_object(response)
    end
  end

  @doc "Opens a stream. The caller must read the body and call `close`."
  @spec open_stream(Client.t(), String.t(), map() | nil, [option()]) ::
          {:ok, Response.t()} | {:error, Error.t()}
  def open_stream(client, path, body, opts) do
    with {:ok, request} <- build(client, path, body, "text/event-stream", opts),
         request = %{
           request
           | deadline: deadline(opts, :infinity),
             silence_timeout: opts[:silence_timeout] || client.silence_timeout
         },
         {:ok, response} <- open(client, request, retry_delays(opts)) do
      if media_type(response) == "text/event-stream",
        do: {:ok, response},
        else: {:error, reject(response)}
    end
  end

  @doc "The options with the time at which the whole call must be over, for those that are sent again."
  @spec with_deadline(keyword(), timeout()) :: keyword()
  def with_deadline(opts, default \\ :infinity),
    do: Keyword.put(opts, :deadline, deadline(opts, default))

  @doc "Where a kept answer is."
  @spec answer_path(String.t()) :: String.t()
  def answer_path(request_id), do: "/chat/" <> URI.encode(request_id, &URI.char_unreserved?/1)

  defp deadline(opts, default) do
    case {opts[:deadline], opts[:timeout] || default} do
      {nil, :infinity} -> :infinity
      {nil, timeout} -> System.monotonic_time(:millisecond) + timeout
      {deadline, _timeout} -> deadline
    end
  end

  defp build(client, path, body, accept, opts) do
    claims = claims(opts)

    with {:ok, authorization} <- authorize(client, claims, opts) do
      {:ok,
       %Request{
         method: opts[:method] || if(body, do: :post, else: :get),
         url: %{client.url | path: client.url.path <> path, query: query(opts)},
         headers: authorization ++ headers(body, accept, opts),
         body: if(body, do: JSON.encode!(body), else: ""),
         claims: claims,
         connect_timeout: client.connect_timeout,
         inet6: client.inet6,
         cacertfile: client.cacertfile,
         transport_options: client.transport_options
       }}
    end
  end

  defp query(opts) do
    case for({name, value} <- opts[:query] || [], value != nil, do: {name, to_string(value)}) do
      [] -> nil
      params -> URI.encode_query(params)
    end
  end

  defp claims(opts) do
    claims = Map.new(opts[:claims] || %{}, fn {name, value} -> {to_string(name), value} end)

    case {opts[:policy], claims} do
      {nil, claims} ->
        Token.check_policy!(claims)

      {_policy, %{"ai" => _other}} ->
        raise ArgumentError, "a call has both :policy and the claim ai"

      {policy, claims} ->
        Map.put(claims, "ai", Policy.new!(policy))
    end
  end

  defp authorize(client, claims, opts) do
    if Keyword.get(opts, :auth, true) do
      with {:ok, token} <- Token.fetch(client, claims),
           do: {:ok, [{"authorization", "Bearer " <> token}]}
    else
      {:ok, []}
    end
  end

  defp headers(body, accept, opts) do
    [{"accept", accept}, {"user-agent", "oneshot-ai-elixir/" <> @version}] ++
      if(body, do: [{"content-type", "application/json"}], else: []) ++
      if(key = opts[:idempotency_key], do: [{"idempotency-key", key}], else: []) ++
      Trace.headers() ++ (opts[:headers] || [])
  end

  defp retry_delays(opts), do: if(opts[:retry] == :safe, do: @retry_delays_ms, else: [])

  # Returns a successful response, or the error.
  defp open(client, request, delays) do
    result =
      case client.transport.open(request) do
        {:ok, %{status: status} = response} when status in [200, 202] -> {:ok, response}
        {:ok, response} -> {:error, read_error(response)}
        {:error, error} -> {:error, name_address(error, request.url)}
      end

    with {:error, %Error{reason: reason}} when reason in @safe_reasons <- result,
         [delay | delays] <- delays,
         true <- in_time?(request, delay) do
      Process.sleep(delay)
      open(client, request, delays)
    else
      _final -> result
    end
  end

  # Host and port alone: the rest is this library's, and the address may have a password in it.
  defp name_address(%Error{reason: reason} = error, %{scheme: scheme, host: host, port: port})
       when reason in [:connection_refused, :unreachable] do
    address = URI.to_string(%URI{scheme: scheme, host: host, port: port})
    where = "It is #{address}, from AI_SERVER_URL or config :oneshot_ai, url: …"
    %{error | message: "#{error.message} #{where}"}
  end

  defp name_address(error, _url), do: error

  defp in_time?(%{deadline: :infinity}, _delay), do: true

  defp in_time?(%{deadline: deadline}, delay),
    do: System.monotonic_time(:millisecond) + delay < deadline

  defp read_object(response) do
    with {:ok, text} <- read_text(response) do
      case JSON.decode(text) do
        {:ok, %{} = body} -> {:ok, body}
        _other -> {:error, reject(response)}
      end
    end
  end

  defp read_error(response) do
    with {:ok, text} <- read_text(response),
         {:ok, %{"error" => %{"code" => code} = error} = body} when is_binary(code) <-
           JSON.decode(text) do
      Error.decode(error,
        status: response.status,
        attempts: Error.decode_attempts(body["attempts"])
      )
    else
      {:error, %Error{} = error} -> error
      _not_the_servers -> reject(response)
    end
  end

  # Something else answered: a proxy, another program, a wrong address.
  defp reject(%Response{} = response) do
    response.close.()
    type = media_type(response) || "no content type"

    Error.new(:invalid_response, "(status #{response.status}, #{type})",
      status: response.status,
      retryable?: response.status in [429, 502, 503, 504],
      retry_after: retry_after(response)
    )
  end

  defp retry_after(response) do
    with text when text != nil <- Response.header(response, "retry-after"),
         {seconds, ""} <- Integer.parse(text) do
      seconds
    else
      _none_or_a_date -> nil
    end
  end

  defp media_type(response) do
    with text when text != nil <- Response.header(response, "content-type") do
      text |> String.split(";") |> hd() |> String.trim() |> String.downcase()
    end
  end

  defp read_text(response), do: read_text(response.next, response, [], 0)

  defp read_text(next, response, pieces, size) do
    case next.() do
      {:ok, _piece, _next} when size > @max_body_bytes ->
        response.close.()
        {:error, Error.new(:invalid_response, "It is too long.", status: response.status)}

      {:ok, piece, next} ->
        read_text(next, response, [pieces, piece], size + byte_size(piece))

      :done ->
        response.close.()
        {:ok, IO.iodata_to_binary(pieces)}

      {:error, error} ->
        response.close.()
        {:error, error}
    end
  end
end
