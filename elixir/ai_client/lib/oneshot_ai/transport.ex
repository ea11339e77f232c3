defmodule OneshotAI.Transport do
  @moduledoc """
  How a request reaches the server: a behaviour with one callback.

  `c:open/1` sends the request and returns as soon as the response's headers are there. The calling
  process then reads the body piece by piece, so nothing is read before it is wanted:

      {:ok, response} = transport.open(request)
      {:ok, bytes, next} = response.next.()
      {:ok, more, next} = next.()
      :done = next.()

  A transport must make sure that

    * the request is sent once: no retry, no redirect,
    * `response.close.()` ends the call at once, even in the middle of the body, and may be called
      again,
    * the death of the process that called `open/1` ends the call too,
    * no wait for bytes exceeds `OneshotAI.Transport.Request.wait/1`, and no connect exceeds
      `OneshotAI.Transport.Request.connect_wait/1`,
    * a body that breaks off is an error (`:disconnected`), never `:done`.

  Included are `OneshotAI.HTTP1` (the default), `OneshotAI.Transport.Req`, and `OneshotAI.Test` for
  your tests.
  """

  alias OneshotAI.Error
  alias OneshotAI.Transport.{Request, Response}

  @callback open(Request.t()) :: {:ok, Response.t()} | {:error, Error.t()}
end
