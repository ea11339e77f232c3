defmodule OneshotAI.Transport.Req do
  @moduledoc """
  A transport over Req. If your app has Req, use it: connections are kept alive and pooled, and
  proxies and instrumentation work as in the rest of the app.

      config :oneshot_ai, transport: OneshotAI.Transport.Req

  Keeping connections alive matters over https: `OneshotAI.HTTP1` pays for a TLS handshake with
  every call.

  Give streams a pool of their own that is large enough. A Finch pool serves only as many calls at
  once as it has connections (50 for each host by default), and a stream holds one for as long as
  it lasts:

      # in the application's supervisor
      {Finch, name: MyApp.AIFinch, pools: %{default: [size: 500]}}

      config :oneshot_ai,
        transport: OneshotAI.Transport.Req,
        transport_options: [finch: [name: MyApp.AIFinch]]

  `:transport_options` are options of `Req.new/1` and override those that the client sets. Before
  Req 0.7, `:finch` is the pool's bare name. With `:finch`, `:connect_timeout`, `:inet6` and
  `:cacertfile` have no effect: set the pool's `:conn_opts`. Leave retries and redirects off: a POST
  that is sent twice is paid twice.

  Unlike `OneshotAI.HTTP1`, a slow reader does not slow the server down: the pieces of a stream
  arrive as messages, wanted or not.
  """

  @behaviour OneshotAI.Transport

  alias OneshotAI.{Error, HTTP1}
  alias OneshotAI.Transport.{Request, Response}

  @impl OneshotAI.Transport
  def open(%Request{} = request) do
    # Req is called by name, as this library does not depend on it.
    case apply(Req, :request, [options(request)]) do
      {:ok, response} -> {:ok, to_response(response, request)}
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

  # The app's own pool has its own, and Req refuses both together.
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

  # In whole seconds: Req starts a pool for each different set of these options, and never stops it.
  defp connect_timeout(request) do
    with wait when is_integer(wait) <- Request.connect_wait(request),
         do: 1_000 * max(ceil(wait / 1_000), 1)
  end

  defp inet6?(%Request{inet6: nil, url: url}),
    do: String.ends_with?(url.host, [".internal", ".flycast"])

  defp inet6?(%Request{inet6: inet6}), do: inet6

  defp to_response(response, request) do
    headers = for {name, values} <- response.headers, value <- List.wrap(values), do: {name, value}
    close = fn -> close(response) end

    %Response{
      status: response.status,
      headers: headers,
      next: next([], response, request),
      close: close
    }
  end

  defp next(parts, response, request), do: fn -> step(parts, response, request) end

  defp step([{:data, data} | parts], response, request),
    do: {:ok, data, next(parts, response, request)}

  defp step([:done | _parts], _response, _request), do: :done
  defp step([_trailers | parts], response, request), do: step(parts, response, request)

  # Takes only this call's messages from the mailbox.
  defp step([], %{body: %{ref: ref}} = response, request) do
    receive do
      {^ref, _part} = message ->
        case apply(Req, :parse_message, [response, message]) do
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
    apply(Req, :cancel_async_response, [response])
    flush(ref)
  end

  defp flush(ref) do
    receive do
      {^ref, _part} -> flush(ref)
    after
      0 -> :ok
    end
  end

  # Transport errors of Req, Finch and Mint all have the socket's reason.
  defp to_error(%{reason: reason}), do: HTTP1.Reason.to_error(reason)
  defp to_error(_exception), do: Error.new(:disconnected)
end
