defmodule OneshotAI.HTTP1.Reason do
  @moduledoc false
  # A socket's reason → an error.

  alias OneshotAI.Error

  @spec to_error(term()) :: Error.t()
  def to_error(%Error{} = error), do: error
  def to_error(:timeout), do: Error.new(:timeout)
  def to_error(:econnrefused), do: Error.new(:connection_refused)
  def to_error(:closed), do: Error.new(:disconnected)
  def to_error(:nxdomain), do: Error.new(:unreachable, "Its name has no address.")

  def to_error(reason) when reason in [:econnreset, :econnaborted, :epipe, :enotconn],
    do: Error.new(:disconnected)

  # The server's bytes are not TLS. The alert differs between versions of OTP.
  def to_error({:tls_alert, {alert, _description}})
      when alert in [:unexpected_message, :record_overflow] do
    Error.new(:tls_failed, "(#{alert})",
      message:
        "The AI server's port does not speak TLS (#{alert}): is the address https:// instead of http://?"
    )
  end

  # `{:unknown_ca, description}`, `{:handshake_failure, description}`, and so on.
  def to_error({:tls_alert, {alert, _description}}), do: Error.new(:tls_failed, "(#{alert})")
  def to_error({:options, _details}), do: Error.new(:tls_failed, "(the TLS options are not valid)")
  def to_error(reason) when is_atom(reason), do: Error.new(:unreachable, "(#{reason})")
  def to_error(_other), do: Error.new(:unreachable)
end
