defmodule Oneshot.AIClient.Transport do
  @moduledoc """
  How a request reaches the server: one callback.

  A transport sends the request, and gives the answer as soon as its headers are there. The body is then asked for piece by
  piece, by the process that called, so nothing is read that is not wanted:

      {:ok, answer} = transport.open(request)
      {:ok, bytes, next} = answer.next.()
      {:ok, more, next} = next.()
      :done = next.()

  What a transport must see to:

    * the request is sent once; nothing is sent again, no redirect is followed,
    * `answer.close.()` ends the call at once, also in the middle of the body, and may be called again,
    * the death of the process that called `open/1` ends the call as well,
    * no wait is longer than `Oneshot.AIClient.Transport.Request.wait/1` says, and connecting no longer than
      `connect_timeout`,
    * a body that breaks off is an error (`:disconnected`), never `:done`.

  There are `Oneshot.AIClient.HTTP1`, `Oneshot.AIClient.Transport.Req`, and `Oneshot.AIClient.Test` for your tests.
  """

  alias Oneshot.AIClient.Error
  alias Oneshot.AIClient.Transport.{Answer, Request}

  @callback open(Request.t()) :: {:ok, Answer.t()} | {:error, Error.t()}
end
