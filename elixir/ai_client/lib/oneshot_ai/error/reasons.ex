defmodule OneshotAI.Error.Reasons do
  @moduledoc false
  # The closed list of an error's reasons.

  # reason => {status, retryable?}, as in the server's src/errors/error-codes.ts
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
    upgrade_unsupported: {426, false},
    rate_limited: {429, true},
    budget_exceeded: {429, false},
    revoked: {401, false},
    answers_not_kept: {400, false},
    idempotency_key_reused: {422, false},
    answer_expired: {410, false},
    answer_too_large: {410, false},
    # The server.
    auth_not_configured: {503, false},
    keys_unavailable: {503, true},
    misconfigured: {503, false},
    provider_unavailable: {503, false},
    provider_unsupported: {501, false},
    store_unavailable: {503, true},
    answer_interrupted: {503, true},
    shutting_down: {503, true},
    internal_error: {500, false},
    deadline_exceeded: {504, false},
    client_stalled: {408, true},
    cancelled: {499, false},
    # The vendor behind it.
    upstream_rejected: {400, false},
    context_length_exceeded: {400, false},
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
    invalid_response: {false, "The response is not the AI server's."},
    invalid_object: {false, "The model's answer does not match the schema."},
    token_unavailable: {false, "The token function returned no token."},
    too_many_rounds: {false, "The model kept calling tools."},
    reader_failed: {false, "The process that read the stream crashed."},
    unknown: {false, "The AI server answered with an error that this client does not know."}
  ]

  @type status_and_retryable :: {pos_integer(), boolean()}

  @spec server() :: [{atom(), status_and_retryable()}]
  def server, do: @server_reasons

  @spec client() :: [{atom(), {boolean(), String.t()}}]
  def client, do: @client_reasons

  @doc "The reasons as Markdown: the server's in two lists, the client's with their messages."
  @spec docs() :: String.t()
  def docs do
    """
    ## Reasons from the server

    Worth trying again later: #{join(true)}.

    Not without a change of the request or of the server: #{join(false)}.

    Reasons that begin with `upstream_` come from the vendor: `:upstream_auth` means that the vendor
    refused the *server's* key, `:unauthenticated` that the server refused this client's token. A
    rate limit is `:upstream_rate_limited` if it is the vendor's and `:rate_limited` if it is the
    server's; `rate_limited?/1` is true for both.

    ## Reasons from this client

    #{Enum.map_join(@client_reasons, "\n", &client_line/1)}

    After `:timeout` or `:disconnected` the model may have worked, and been paid for, all the same.
    """
  end

  defp join(wanted) do
    for({reason, {_status, ^wanted}} <- @server_reasons, do: "`#{inspect(reason)}`")
    |> Enum.join(", ")
  end

  defp client_line({reason, {retryable?, message}}) do
    "  * `#{inspect(reason)}`#{if retryable?, do: " (retryable)"} - #{message}"
  end
end
