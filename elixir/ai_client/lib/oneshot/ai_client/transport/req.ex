defmodule Oneshot.AIClient.Transport.Req do
  @moduledoc """
  A transport over Req, for apps that want its connection pools, proxies or instrumentation.

      config :oneshot, :ai_client,
        transport: Oneshot.AIClient.Transport.Req,
        transport_options: [finch: [name: MyApp.Finch]]

  `:transport_options` are options of `Req.new/1`, set over those that the client needs. Retries and redirects stay off unless
  they are switched on there; a POST that is sent twice is paid twice. With `:finch` (before Req 0.7 the
  pool's bare name) it is that pool which connects, so `:connect_timeout`, `:inet6` and `:cacertfile` are for its `:conn_opts`
  to say.

  Two things to know. A Finch pool serves only as many calls at once as it has connections (50 for each host by default), and
  a stream holds one for as long as it lasts: set its size for your streams. And the pieces of a stream arrive as messages
  whether they are wanted or not, so a slow reader does not slow the server down.

  Nothing of Req is needed to compile this module. It is called by name, so that it works whichever of the two libraries
  Mix compiled first.
  """

  @behaviour Oneshot.AIClient.Transport

  alias Oneshot.AIClient.{Error, HTTP1}
  alias Oneshot.AIClient.Transport.{Answer, Request}

  @compile {:no_warn_undefined, [Req]}

  @impl Oneshot.AIClient.Transport
  def open(%Request{} = request) do
    case Req.request(options(request)) do
      {:ok, response} -> {:ok, answer(response, request)}
      {:error, exception} -> {:error, to_error(exception)}
    end
  end

  defp options(request) do
    [
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: if(request.method == :post, do: request.body),
      into: :self,
      raw: true,
      retry: false,
      redirect: false,
      receive_timeout: Request.wait(request)
    ]
    |> Keyword.merge(request.transport_options)
    |> put_connect_options(request)
  end

  # A pool of the app's own has its own, and Req refuses to be given both.
  defp put_connect_options(options, request) do
    if options[:finch],
      do: options,
      else:
        Keyword.update(
          options,
          :connect_options,
          connect_options(request),
          &Keyword.merge(connect_options(request), &1)
        )
  end

  defp connect_options(request) do
    transport_opts =
      if(inet6?(request), do: [inet6: true], else: []) ++
        if(request.cacertfile, do: [cacertfile: request.cacertfile], else: [])

    [timeout: connect_timeout(request), transport_opts: transport_opts]
  end

  # In whole seconds: Req starts a pool for each set of these options, and never ends it.
  defp connect_timeout(request) do
    with wait when is_integer(wait) <- Request.connect_wait(request), do: 1_000 * max(ceil(wait / 1_000), 1)
  end

  defp inet6?(%Request{inet6: nil, url: url}), do: String.ends_with?(url.host, [".internal", ".flycast"])
  defp inet6?(%Request{inet6: inet6}), do: inet6

  defp answer(response, request) do
    headers = for {name, values} <- response.headers, value <- List.wrap(values), do: {name, value}
    close = fn -> close(response) end
    %Answer{status: response.status, headers: headers, next: next([], response, request), close: close}
  end

  defp next(parts, response, request), do: fn -> step(parts, response, request) end

  defp step([{:data, data} | parts], response, request), do: {:ok, data, next(parts, response, request)}
  defp step([:done | _parts], _response, _request), do: :done
  defp step([_trailers | parts], response, request), do: step(parts, response, request)

  # Only this call's own messages are taken out of the mailbox.
  defp step([], %{body: %{ref: ref}} = response, request) do
    receive do
      {^ref, _part} = message ->
        case Req.parse_message(response, message) do
          {:ok, parts} -> step(parts, response, request)
          {:error, exception} -> {:error, to_error(exception)}
        end
    after
      Request.wait(request) ->
        close(response)
        {:error, Error.new(:timeout)}
    end
  end

  defp close(%{body: %{ref: ref}} = response) do
    Req.cancel_async_response(response)
    flush(ref)
  end

  defp flush(ref) do
    receive do
      {^ref, _part} -> flush(ref)
    after
      0 -> :ok
    end
  end

  # Req's transport error says what the socket said; so do Finch's and Mint's.
  defp to_error(%{reason: reason}), do: HTTP1.Reason.to_error(reason)
  defp to_error(_exception), do: Error.new(:disconnected)
end
