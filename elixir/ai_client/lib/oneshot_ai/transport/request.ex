defmodule OneshotAI.Transport.Request do
  @moduledoc """
  A request for a transport to send.

    * `:method` (`:get`, `:post` or `:delete`), `:url` (a `URI`), `:headers` (pairs of strings, names in lower
      case), `:body`
    * `:claims` - the claims that this call adds to its token. The token is in `:headers`; this is
      for `OneshotAI.Test`.
    * `:deadline` - when the whole call must be over, in milliseconds of `System.monotonic_time/1`,
      or `:infinity`
    * `:silence_timeout` - how long to wait for the next bytes, in milliseconds
    * `:connect_timeout`, `:inet6`, `:cacertfile` and `:transport_options`, as in `OneshotAI.Client`
  """

  @derive {Inspect, except: [:headers, :body, :claims, :transport_options]}
  @enforce_keys [:method, :url]
  defstruct [
    :method,
    :url,
    :inet6,
    :cacertfile,
    headers: [],
    body: "",
    claims: %{},
    deadline: :infinity,
    silence_timeout: :infinity,
    connect_timeout: 10_000,
    transport_options: []
  ]

  @type t :: %__MODULE__{
          method: :get | :post | :delete,
          url: URI.t(),
          headers: [{String.t(), String.t()}],
          body: iodata(),
          claims: %{String.t() => term()},
          deadline: integer() | :infinity,
          silence_timeout: timeout(),
          connect_timeout: timeout(),
          inet6: boolean() | nil,
          cacertfile: String.t() | nil,
          transport_options: keyword()
        }

  @doc """
  How long to wait for the next bytes, in milliseconds: the time until the deadline, or the silence
  timeout if that is shorter.

      iex> alias OneshotAI.Transport.Request
      iex> url = URI.parse("http://localhost")
      iex> Request.wait(%Request{method: :get, url: url, silence_timeout: 500})
      500
  """
  @spec wait(t()) :: timeout()
  def wait(%__MODULE__{deadline: :infinity} = request), do: request.silence_timeout
  def wait(%__MODULE__{} = request), do: min(remaining(request.deadline), request.silence_timeout)

  @doc "The same for connecting."
  @spec connect_wait(t()) :: timeout()
  def connect_wait(%__MODULE__{deadline: :infinity} = request), do: request.connect_timeout

  def connect_wait(%__MODULE__{} = request),
    do: min(remaining(request.deadline), request.connect_timeout)

  defp remaining(deadline), do: max(deadline - System.monotonic_time(:millisecond), 0)
end
