defmodule Oneshot.AIClient.Error do
  # reason => {status, retryable?}, as the server has them in src/errors/error-codes.ts
  @server_reasons [
    # The caller's request.
    invalid_json: {400, false},
    invalid_request: {400, false},
    unsupported_parameter: {400, false},
    unauthenticated: {401, false},
    forbidden: {403, false},
    not_found: {404, false},
    unknown_provider: {404, false},
    model_not_found: {404, false},
    method_not_allowed: {405, false},
    request_timeout: {408, true},
    request_too_large: {413, false},
    unsupported_media_type: {415, false},
    rate_limited: {429, true},
    # The server.
    auth_not_configured: {503, false},
    misconfigured: {503, false},
    provider_unavailable: {503, false},
    provider_unsupported: {501, false},
    shutting_down: {503, true},
    internal_error: {500, false},
    client_stalled: {408, true},
    cancelled: {499, false},
    # The vendor behind it.
    upstream_rejected: {400, false},
    upstream_auth: {502, false},
    upstream_billing: {502, false},
    upstream_conflict: {409, false},
    upstream_gone: {410, false},
    upstream_rate_limited: {429, true},
    upstream_quota_exhausted: {429, false},
    upstream_error: {502, true},
    upstream_overloaded: {503, true},
    upstream_unavailable: {502, true},
    upstream_tls: {502, false},
    upstream_timeout: {504, true},
    upstream_invalid_response: {502, true},
    upstream_disconnected: {502, true},
    upstream_incomplete: {502, true},
    upstream_stalled: {504, true}
  ]

  # reason => {retryable?, message}
  @client_reasons [
    timeout: {true, "The AI server did not answer in time."},
    connection_refused: {true, "Nothing listens at the AI server's address."},
    unreachable: {true, "The AI server cannot be reached."},
    tls_failed: {false, "The AI server's certificate cannot be trusted."},
    disconnected: {true, "The connection to the AI server broke before the answer was complete."},
    invalid_response: {false, "The answer is not one of the AI server's."},
    token_unavailable: {false, "The token function gave no token."},
    too_many_rounds: {false, "The model went on calling tools."},
    reader_failed: {false, "The process that read the stream has crashed."},
    unknown: {false, "The AI server answered with an error that this client does not know."}
  ]

  @by_code Map.new(@server_reasons, fn {reason, _facts} -> {Atom.to_string(reason), reason} end)

  @moduledoc """
  What went wrong, in a closed list of reasons.

  It is what stands in `{:error, error}`, and an exception for the functions that raise.

      case Oneshot.AIClient.chat("claude", messages) do
        {:ok, response} -> response.text
        {:error, %{reason: :rate_limited, retry_after: seconds}} -> retry_in(seconds)
        {:error, %{retryable?: true} = error} -> try_later(error)
        {:error, error} -> raise error
      end

  ## Fields

    * `:reason` - an atom of the lists below.
    * `:message` - a sentence for people. It never holds a prompt, a token or a key.
    * `:retryable?` - whether the same request may succeed later without being changed. The client itself never sends a POST
      twice; the server has already tried again where that was safe.
    * `:retry_after` - seconds to wait, where the server or the vendor said so.
    * `:request_id` - names the line in the server's log.
    * `:status` - the HTTP status, where there was an answer. A stream that fails half-way has none of its own.
    * `:param` - the field of the request that is at fault, such as `"messages[0].content"`.
    * `:upstream` - the vendor's side of it: `%{status: …, code: …, request_id: …}`, each where it is known.
    * `:code` - the server's code as text; the same as `:reason` but for `:unknown`.
    * `:messages` - of `Oneshot.AIClient.run_tools/4`: the conversation so far, with the results of the tools that have run.
      With it, not with the one it began with, the run can go on.
    * `:partial` - of a stream that failed half-way: a `Oneshot.AIClient.Response` with what had arrived, its usage and cost.

  ## Reasons the server gives

  Worth trying again later: #{Enum.map_join(for({reason, {_, true}} <- @server_reasons, do: reason), ", ", &"`#{inspect(&1)}`")}.

  Not without a change, of the request or of the server: #{Enum.map_join(for({reason, {_, false}} <- @server_reasons, do: reason), ", ", &"`#{inspect(&1)}`")}.

  Those that begin with `upstream_` are the vendor's doing: `:upstream_auth` means that the vendor refused the *server's* key,
  `:unauthenticated` that the server refused this client's token.

  ## Reasons of this client

  #{Enum.map_join(@client_reasons, "\n", fn {reason, {retryable?, message}} -> "  * `#{inspect(reason)}`#{if retryable?, do: " (retryable)"} - #{message}" end)}

  A `:timeout` or `:disconnected` tells nothing about whether the model has worked (and was paid) meanwhile.
  """

  alias Oneshot.AIClient.Response

  # A conversation has no place in a log.
  @derive {Inspect, except: [:messages]}
  defexception reason: :unknown,
               message: nil,
               retryable?: false,
               retry_after: nil,
               request_id: nil,
               status: nil,
               param: nil,
               upstream: nil,
               code: nil,
               messages: nil,
               partial: nil

  @typedoc "One of `reasons/0`."
  @type reason ::
          unquote(
            (Keyword.keys(@server_reasons) ++ Keyword.keys(@client_reasons))
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
          code: String.t() | nil,
          messages: [map()] | nil,
          partial: Response.t() | nil
        }

  @doc """
  All reasons: the server's, then the client's own.

      iex> :upstream_incomplete in Oneshot.AIClient.Error.reasons()
      true
  """
  @spec reasons() :: [reason()]
  def reasons, do: server_reasons() ++ Keyword.keys(@client_reasons)

  @doc false
  @spec server_reasons() :: [reason()]
  def server_reasons, do: Keyword.keys(@server_reasons)

  @doc false
  # The status of an error of the server's, and whether it may be tried again; nil for one of the client's own.
  @spec server_facts(reason()) :: {pos_integer(), boolean()} | nil
  def server_facts(reason), do: @server_reasons[reason]

  @doc false
  # An error of the client's own. `detail` is a sentence to add; `fields` are set over the defaults.
  @spec new(reason(), String.t() | nil, keyword()) :: t()
  def new(reason, detail \\ nil, fields \\ []) do
    {retryable?, message} = Keyword.fetch!(@client_reasons, reason)
    message = if detail, do: message <> " " <> detail, else: message
    struct!(%__MODULE__{reason: reason, message: message, retryable?: retryable?, code: Atom.to_string(reason)}, fields)
  end

  @doc false
  # The `error` object of an answer or of a stream's last event.
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
        upstream: decode_upstream(body["upstream"])
      },
      fields
    )
  end

  defp decode_upstream(%{} = upstream) do
    for {key, name} <- [status: "status", code: "code", request_id: "request_id"], value = upstream[name], into: %{} do
      {key, value}
    end
  end

  defp decode_upstream(_none), do: nil

  @impl Exception
  def message(%__MODULE__{} = error) do
    request = if error.request_id, do: ", request #{error.request_id}", else: ""
    "#{error.message || "The call failed."} (#{error.code || error.reason}#{request})"
  end
end
