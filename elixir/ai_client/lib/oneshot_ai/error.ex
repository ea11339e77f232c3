defmodule OneshotAI.Error do
  @moduledoc """
  What went wrong: the error in `{:error, error}`, and an exception for the functions that raise.

      case OneshotAI.chat("claude", messages) do
        {:ok, response} ->
          response.text

        {:error, error} ->
          cond do
            Error.rate_limited?(error) -> retry_in(error.retry_after || 30)
            error.retryable? -> try_later(error)
            true -> raise error
          end
      end

  ## Fields

    * `:reason` - an atom from the lists below.
    * `:message` - a sentence for people. It never holds a prompt, a token or a key.
    * `:retryable?` - whether the same request may succeed later. The server has already tried again
      if that was safe.
    * `:retry_after` - seconds to wait, if the server or the vendor gave them.
    * `:request_id` - identifies the call in the server's log.
    * `:status` - the HTTP status. An error in the middle of a stream has none.
    * `:param` - the request's field at fault, such as `"messages[0].content"`.
    * `:upstream` - the vendor's side: `%{status: …, code: …, request_id: …}`, each if known.
    * `:attempts` - the `OneshotAI.Attempt`s that were made before the call failed.
    * `:limit` - a `OneshotAI.Limit`, if one of the token's limits refused the call.
    * `:code` - the server's code as a string; differs from `:reason` only for `:unknown`.
    * `:messages` - from tool runs and `OneshotAI.chat_object/4`: the conversation so far, including
      the results of the tools that have run. Pass it to continue the run.
    * `:partial` - from a stream that failed half-way: a `OneshotAI.Response` with what had arrived.

  #{OneshotAI.Error.Reasons.docs()}
  """
  use OneshotAI.JSON.Encodable, except: [:__exception__, :messages]

  alias OneshotAI.Error.Reasons
  alias OneshotAI.{Attempt, Limit, Response}

  # A log is no place for a conversation.
  @derive {Inspect, except: [:messages]}
  defexception reason: :unknown,
               message: nil,
               retryable?: false,
               retry_after: nil,
               request_id: nil,
               status: nil,
               param: nil,
               upstream: nil,
               limit: nil,
               attempts: [],
               code: nil,
               messages: nil,
               partial: nil

  @by_code Map.new(Reasons.server(), fn {reason, _} -> {Atom.to_string(reason), reason} end)

  @typedoc "One of `reasons/0`."
  @type reason ::
          unquote(
            (Keyword.keys(Reasons.server()) ++ Keyword.keys(Reasons.client()))
            |> Enum.reverse()
            |> Enum.reduce(&{:|, [], [&1, &2]})
          )

  @type t :: %__MODULE__{
          reason: reason(),
          message: String.t() | nil,
          retryable?: boolean(),
          retry_after: number() | nil,
          request_id: String.t() | nil,
          status: pos_integer() | nil,
          param: String.t() | nil,
          upstream: map() | nil,
          limit: Limit.t() | nil,
          attempts: [Attempt.t()],
          code: String.t() | nil,
          messages: [map()] | nil,
          partial: Response.t() | nil
        }

  @doc """
  All reasons: the server's, then the client's.

      iex> :upstream_incomplete in OneshotAI.Error.reasons()
      true
  """
  @spec reasons() :: [reason()]
  def reasons, do: server_reasons() ++ Keyword.keys(Reasons.client())

  @doc """
  Whether a rate limit was reached, the vendor's or the server's own.

      iex> OneshotAI.Error.rate_limited?(%OneshotAI.Error{reason: :upstream_rate_limited})
      true
      iex> OneshotAI.Error.rate_limited?(%OneshotAI.Error{reason: :timeout})
      false
  """
  @spec rate_limited?(t()) :: boolean()
  def rate_limited?(%__MODULE__{reason: reason}),
    do: reason in [:rate_limited, :upstream_rate_limited]

  @doc false
  @spec server_reasons() :: [reason()]
  def server_reasons, do: Keyword.keys(Reasons.server())

  @doc false
  # A client's own error. `detail` is appended to the message; `fields` override the defaults.
  @spec new(reason(), String.t() | nil, keyword()) :: t()
  def new(reason, detail \\ nil, fields \\ []) do
    {retryable?, message} = Keyword.fetch!(Reasons.client(), reason)
    message = if detail, do: message <> " " <> detail, else: message

    defaults = [
      reason: reason,
      message: message,
      retryable?: retryable?,
      code: Atom.to_string(reason)
    ]

    struct!(__MODULE__, Keyword.merge(defaults, fields))
  end

  @doc false
  # The `error` object of a response, or of a stream's last event.
  @spec decode(map(), keyword()) :: t()
  def decode(%{"code" => code} = body, fields \\ []) do
    struct!(
      %__MODULE__{
        reason: Map.get(@by_code, code, :unknown),
        code: code,
        message: if(is_binary(body["message"]), do: body["message"]),
        retryable?: body["retryable"] == true,
        retry_after: body["retry_after"],
        request_id: body["request_id"],
        param: body["param"],
        upstream: decode_upstream(body["upstream"]),
        limit: Limit.decode(body["limit"])
      },
      fields
    )
  end

  @doc false
  # The attempts beside the `error` in a body or an event.
  @spec decode_attempts(term()) :: [Attempt.t()]
  def decode_attempts(attempts) when is_list(attempts),
    do: for(%{} = attempt <- attempts, do: Attempt.decode(attempt))

  def decode_attempts(_none), do: []

  defp decode_upstream(%{} = upstream) do
    for key <- [:status, :code, :request_id],
        value = upstream[Atom.to_string(key)],
        into: %{},
        do: {key, value}
  end

  defp decode_upstream(_none), do: nil

  @impl Exception
  def message(%__MODULE__{} = error) do
    request = if error.request_id, do: ", request #{error.request_id}", else: ""
    "#{error.message || "The call failed."} (#{error.code || error.reason}#{request})"
  end
end
