# Replaces what the webhook's plug uses of Plug, if Plug is missing.
unless Code.ensure_loaded?(Plug.Conn) do
  defmodule Plug.Conn do
    @moduledoc false
    defstruct [:method, :path_info, :body, :status, :resp_body, req_headers: [], halted: false]

    def read_body(%{body: body} = conn, opts) do
      if byte_size(body) > opts[:length],
        do: {:more, binary_part(body, 0, opts[:length]), conn},
        else: {:ok, body, conn}
    end

    def send_resp(conn, status, body), do: %{conn | status: status, resp_body: body}
    def halt(conn), do: %{conn | halted: true}
  end

  defmodule Plug.Test do
    @moduledoc false
    def conn(:post, path, body) do
      path = String.split(path, "/", trim: true)
      %Plug.Conn{method: "POST", path_info: path, body: body}
    end
  end
end
