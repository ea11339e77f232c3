defmodule OneshotAI.Resumption do
  @moduledoc false
  # A stream that outlives its connection (`resume: true`). The call is sent with an Idempotency-Key,
  # so the server keeps its answer, and sending it again does not pay it twice; once the answer's id
  # is known, the stream continues after the last event that arrived.

  alias OneshotAI.{Client, Error, HTTP}
  alias OneshotAI.Transport.Response

  defstruct [:client, :body, :opts, :window_ms, :request_id, :lost_at, last_id: nil, tries: 0]

  @type t :: %__MODULE__{}

  @default_window_ms 60_000
  @delays_ms [50, 250, 500, 1_000, 2_000]

  # What may be over in a moment. A proxy's 502 is an :invalid_response that is retryable.
  @lost [
    :disconnected,
    :timeout,
    :connection_refused,
    :unreachable,
    :shutting_down,
    :store_unavailable
  ]

  @doc "nil if the call is not to be resumed."
  @spec new(Client.t(), map(), keyword()) :: t() | nil
  def new(client, body, opts) do
    case opts[:resume] || false do
      false ->
        nil

      wanted ->
        %__MODULE__{
          client: client,
          body: body,
          opts: opts |> with_key() |> HTTP.with_deadline(),
          window_ms: if(wanted == true, do: @default_window_ms, else: wanted)
        }
    end
  end

  @doc "The options with an Idempotency-Key; a new one if the caller gave none."
  @spec with_key(keyword()) :: keyword()
  def with_key(opts) do
    key = opts[:idempotency_key] || Base.url_encode64(:crypto.strong_rand_bytes(18), padding: false)
    Keyword.put(opts, :idempotency_key, key)
  end

  @doc "Sends the call for the first time."
  @spec open(t()) :: {:ok, Response.t(), t()} | {:error, Error.t()}
  def open(resumption) do
    case HTTP.open_stream(resumption.client, "/chat", resumption.body, resumption.opts) do
      {:ok, response} -> {:ok, response, identify(resumption, response)}
      {:error, error} -> reopen(resumption, error)
    end
  end

  @doc "The whole answer. The call is sent again after a lost connection."
  @spec fetch(t()) :: {:ok, map()} | {:error, Error.t()}
  def fetch(resumption) do
    with {:error, error} <-
           HTTP.fetch(resumption.client, "/chat", resumption.body, resumption.opts) do
      case wait(resumption, error) do
        {:ok, resumption} -> fetch(resumption)
        :error -> {:error, error}
      end
    end
  end

  @doc "Goes on after a lost connection; the given error if that is not possible, or takes too long."
  @spec reopen(t(), Error.t()) :: {:ok, Response.t(), t()} | {:error, Error.t()}
  def reopen(resumption, error) do
    with {:ok, resumption} <- wait(resumption, error) do
      case connect(resumption) do
        {:ok, response} -> {:ok, response, identify(resumption, response)}
        # The server that kept it is gone: what is to be told is that the connection was lost.
        {:error, %Error{reason: :not_found}} -> {:error, error}
        {:error, error} -> reopen(resumption, error)
      end
    else
      :error -> {:error, error}
    end
  end

  defp wait(resumption, error) do
    now = System.monotonic_time(:millisecond)
    lost_at = resumption.lost_at || now
    delay = Enum.at(@delays_ms, resumption.tries, List.last(@delays_ms))

    if lost?(error) and now + delay < min(lost_at + resumption.window_ms, deadline(resumption)) do
      Process.sleep(delay)
      {:ok, %{resumption | lost_at: lost_at, tries: resumption.tries + 1}}
    else
      :error
    end
  end

  @doc "Notes that events arrived, of which this is the last one's id."
  @spec progress(t(), String.t() | nil) :: t()
  def progress(resumption, last_id),
    do: %{resumption | last_id: last_id || resumption.last_id, lost_at: nil, tries: 0}

  @doc "Whether the answer is to end with the process that reads it, as that of any other stream."
  @spec bound_to_reader?(t()) :: boolean()
  def bound_to_reader?(%{body: body}) do
    to_string(body[:on_disconnect]) != "continue" and body[:webhook] == nil
  end

  @doc "Whether the error is about the connection or the moment, not about the call."
  @spec lost?(Error.t()) :: boolean()
  def lost?(%Error{reason: :invalid_response, retryable?: retryable?}), do: retryable?
  def lost?(%Error{reason: reason}), do: reason in @lost

  defp deadline(%{opts: opts}) do
    # Any atom is greater than a number.
    Keyword.get(opts, :deadline, :infinity)
  end

  defp connect(%{request_id: nil} = resumption) do
    HTTP.open_stream(resumption.client, "/chat", resumption.body, resumption.opts)
  end

  defp connect(%{request_id: request_id} = resumption) do
    headers = if resumption.last_id, do: [{"last-event-id", resumption.last_id}], else: []
    opts = resumption.opts |> Keyword.delete(:idempotency_key) |> Keyword.put(:headers, headers)
    HTTP.open_stream(resumption.client, HTTP.answer_path(request_id) <> "/events", nil, opts)
  end

  defp identify(resumption, response) do
    %{resumption | request_id: resumption.request_id || Response.header(response, "x-request-id")}
  end
end
