defmodule OneshotAI.RawServer do
  @moduledoc false
  # A server on loopback that does what a function does with each connection: for answers that no
  # good server gives.

  defstruct [:url, :port]

  @doc """
  Starts a server; `handle` gets `{module, socket}` once the request's head and body have been read,
  and the request's text. `tls:` gives options of `:ssl`. It ends with the test.
  """
  def start!(handle, opts \\ []) do
    module = if opts[:tls], do: :ssl, else: :gen_tcp

    options =
      [:binary, active: false, reuseaddr: true, backlog: 1024] ++
        Keyword.get(opts, :ip, ip: {127, 0, 0, 1})

    {:ok, listener} = module.listen(0, options ++ Keyword.get(opts, :tls, []))
    port = port(module, listener)
    owner = self()
    pid = spawn_link(fn -> receive do: (:go -> accept(module, listener, handle, owner)) end)
    :ok = controlling_process(module, listener, pid)
    send(pid, :go)
    scheme = if opts[:tls], do: "https", else: "http"
    %__MODULE__{url: "#{scheme}://#{opts[:host] || "127.0.0.1"}:#{port}", port: port}
  end

  defp port(:gen_tcp, listener), do: listener |> :inet.port() |> elem(1)
  defp port(:ssl, listener), do: listener |> :ssl.sockname() |> elem(1) |> elem(1)

  defp controlling_process(:gen_tcp, listener, pid), do: :gen_tcp.controlling_process(listener, pid)
  defp controlling_process(:ssl, _listener, _pid), do: :ok

  defp accept(:gen_tcp, listener, handle, owner) do
    with {:ok, socket} <- :gen_tcp.accept(listener) do
      pid = spawn(fn -> receive do: (:go -> serve({:gen_tcp, socket}, handle, owner)) end)
      :ok = :gen_tcp.controlling_process(socket, pid)
      send(pid, :go)
      accept(:gen_tcp, listener, handle, owner)
    end
  end

  defp accept(:ssl, listener, handle, owner) do
    with {:ok, socket} <- :ssl.transport_accept(listener) do
      pid =
        spawn(fn ->
          receive do: (:go -> :ok)

          with {:ok, socket} <- :ssl.handshake(socket, 5_000),
               do: serve({:ssl, socket}, handle, owner)
        end)

      :ok = :ssl.controlling_process(socket, pid)
      send(pid, :go)
      accept(:ssl, listener, handle, owner)
    end
  end

  defp serve(connection, handle, owner) do
    case read_request(connection, "") do
      {:ok, request} ->
        send(owner, {:request, request})
        handle.(connection, request)

      {:error, _closed} ->
        :ok
    end
  end

  defp read_request({module, socket} = connection, buffer) do
    with [head, body] <- String.split(buffer, "\r\n\r\n", parts: 2),
         true <- byte_size(body) >= content_length(head) do
      {:ok, buffer}
    else
      _incomplete ->
        with {:ok, bytes} <- module.recv(socket, 0), do: read_request(connection, buffer <> bytes)
    end
  end

  defp content_length(head) do
    case Regex.run(~r/\r\ncontent-length: (\d+)/i, head) do
      [_, length] -> String.to_integer(length)
      nil -> 0
    end
  end

  def write({module, socket}, data), do: module.send(socket, data)
  def close({module, socket}), do: module.close(socket)

  @doc "Waits until the other side closes the connection; false if it does not in time."
  def closed?({module, socket}, timeout) do
    case module.recv(socket, 0, timeout) do
      {:ok, _bytes} -> closed?({module, socket}, timeout)
      {:error, :timeout} -> false
      {:error, _closed} -> true
    end
  end
end
