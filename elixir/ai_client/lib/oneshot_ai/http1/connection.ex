defmodule OneshotAI.HTTP1.Connection do
  @moduledoc false
  # A socket, plain or TLS, that belongs to the calling process and is read only on demand.

  import Kernel, except: [send: 2]

  alias OneshotAI.Error
  alias OneshotAI.HTTP1.{Reason, TLS}
  alias OneshotAI.Transport.Request

  @type t :: {:gen_tcp, :gen_tcp.socket()} | {:ssl, :ssl.sslsocket()}

  # Without `show_econnreset` a reset connection looks like one that was closed in good order.
  @socket_options [
    :binary,
    active: false,
    nodelay: true,
    keepalive: true,
    buffer: 65_536,
    send_timeout_close: true,
    show_econnreset: true
  ]

  @doc """
  Connects to the request's server, trying one address family after the other.

  IPv6 is tried first for names in Fly's private network, which have no IPv4 addresses, and second
  for all others.
  """
  @spec open(Request.t()) :: {:ok, t()} | {:error, Error.t()}
  def open(%Request{url: url} = request) do
    options = [{:send_timeout, Request.wait(request)} | @socket_options]

    # Name resolution, connecting and TLS share one time limit.
    request = %{
      request
      | deadline: earlier(request.deadline, request.connect_timeout),
        connect_timeout: :infinity
    }

    with {:ok, socket} <-
           connect(families(request), String.to_charlist(url.host), options, request, nil) do
      if url.scheme == "https", do: secure(socket, request), else: {:ok, {:gen_tcp, socket}}
    end
  end

  defp earlier(deadline, :infinity), do: deadline
  defp earlier(deadline, timeout), do: min(deadline, System.monotonic_time(:millisecond) + timeout)

  defp families(%Request{url: url, inet6: inet6}) do
    case :inet.parse_address(String.to_charlist(url.host)) do
      {:ok, address} when tuple_size(address) == 8 ->
        [:inet6]

      {:ok, _address} ->
        [:inet]

      {:error, _} ->
        if inet6 || (inet6 == nil and private_name?(url.host)),
          do: [:inet6, :inet],
          else: [:inet, :inet6]
    end
  end

  defp private_name?(host), do: String.ends_with?(host, [".internal", ".flycast"])

  # Reports the failure of the first family that has addresses.
  defp connect([], _host, _options, _request, reason), do: {:error, Reason.to_error(reason)}

  defp connect([family | rest], host, options, request, first_reason) do
    case :gen_tcp.connect(host, request.url.port, [family | options], Request.connect_wait(request)) do
      {:ok, socket} -> {:ok, socket}
      {:error, :timeout} -> {:error, Error.new(:timeout, "It was not reached in time.")}
      {:error, reason} -> connect(rest, host, options, request, pick(first_reason, reason))
    end
  end

  defp pick(first_reason, reason) when first_reason in [nil, :nxdomain, :eafnosupport], do: reason
  defp pick(first_reason, _reason), do: first_reason

  defp secure(socket, request) do
    with {:ok, options} <- TLS.options(request),
         {:ok, secured} <- :ssl.connect(socket, options, Request.connect_wait(request)) do
      {:ok, {:ssl, secured}}
    else
      {:error, reason} ->
        :gen_tcp.close(socket)
        {:error, Reason.to_error(reason)}
    end
  end

  @spec send(t(), iodata()) :: :ok | {:error, Error.t()}
  def send({module, socket}, data) do
    with {:error, reason} <- module.send(socket, data), do: {:error, lost(reason)}
  end

  @doc "The next bytes, as many as there are; `:closed` if the server ended the connection in good order."
  @spec read(t(), Request.t()) :: {:ok, binary()} | :closed | {:error, Error.t()}
  def read({module, socket}, request) do
    case module.recv(socket, 0, Request.wait(request)) do
      {:ok, bytes} -> {:ok, bytes}
      {:error, :closed} -> :closed
      {:error, reason} -> {:error, lost(reason)}
    end
  end

  # The server was reached before, so "unreachable" means that the connection was lost.
  defp lost(reason) do
    with %Error{reason: :unreachable} <- Reason.to_error(reason), do: Error.new(:disconnected)
  end

  @spec close(t()) :: :ok
  def close({module, socket}) do
    _closed_already_is_fine = module.close(socket)
    :ok
  end
end
