defmodule OneshotAI.Webhook do
  @moduledoc """
  The server's message that a kept answer has ended, verified.

      {:ok, ref} = OneshotAI.start_chat("claude", messages, webhook: "https://app.example.com/hooks/ai")

  The server then sends a signed POST (in the form of [Standard Webhooks](https://www.standardwebhooks.com)).
  In a Phoenix app `OneshotAI.Webhook.Plug` verifies it; elsewhere:

      case OneshotAI.Webhook.verify(raw_body, headers, secret) do
        {:ok, %OneshotAI.Webhook{answer: %{request_id: id, state: :completed}}} -> …
        {:error, reason} -> refuse(reason)
      end

  The message has no content of the answer: fetch it with `OneshotAI.fetch_answer/2`. A message may
  come twice; `:id` is then the same.

    * `:type` - `"answer.completed"`, `"answer.failed"` or `"answer.cancelled"`.
    * `:answer` - a `OneshotAI.Answer`, without its response.
    * `:id`, `:timestamp` (a `DateTime`)
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Answer, JSON}

  defstruct [:id, :type, :timestamp, :answer]

  @type t :: %__MODULE__{
          id: String.t(),
          type: String.t(),
          timestamp: DateTime.t(),
          answer: Answer.t()
        }

  @typedoc "Why a message is refused."
  @type reason :: :missing_header | :too_old | :too_new | :wrong_signature | :not_a_message

  @tolerance_seconds 300

  @doc """
  Verifies a message: its exact bytes, its headers (pairs, or a map, names in any case), and the
  server's `WEBHOOK_SECRET` (`"whsec_…"`; or a list of two while one is replaced). A message that is
  more than five minutes from now is refused.

      iex> secret = "whsec_" <> Base.encode64(String.duplicate("s", 32))
      iex> OneshotAI.Webhook.verify("{}", %{}, secret)
      {:error, :missing_header}
  """
  @spec verify(binary(), map() | [{String.t(), String.t()}], String.t() | [String.t()]) ::
          {:ok, t()} | {:error, reason()}
  def verify(body, headers, secrets) do
    headers = Map.new(headers, fn {name, value} -> {String.downcase(name), value} end)
    keys = secrets |> List.wrap() |> Enum.flat_map(&String.split/1) |> Enum.map(&key!/1)

    with {:ok, id} <- header(headers, "webhook-id"),
         {:ok, seconds} <- header(headers, "webhook-timestamp"),
         {:ok, signatures} <- header(headers, "webhook-signature"),
         {:ok, timestamp} <- check_time(seconds),
         :ok <- check_signature(signatures, [id, ".", seconds, ".", body], keys) do
      decode(body, id, timestamp)
    end
  end

  defp key!("whsec_" <> base64) do
    case Base.decode64(base64, padding: false) do
      {:ok, key} when byte_size(key) >= 16 -> key
      _other -> raise ArgumentError, "the webhook secret must be whsec_ and base64"
    end
  end

  # Without the prefix it could be read in two ways.
  defp key!(_other), do: raise(ArgumentError, "the webhook secret must begin with whsec_")

  defp header(headers, name) do
    case headers do
      # Req and Plug's adapters may give lists.
      %{^name => [value | _more]} -> {:ok, value}
      %{^name => value} when is_binary(value) -> {:ok, value}
      _none -> {:error, :missing_header}
    end
  end

  defp check_time(text) do
    with {seconds, ""} <- Integer.parse(text),
         {:ok, timestamp} <- DateTime.from_unix(seconds) do
      now = System.system_time(:second)

      cond do
        now - seconds > @tolerance_seconds -> {:error, :too_old}
        seconds - now > @tolerance_seconds -> {:error, :too_new}
        true -> {:ok, timestamp}
      end
    else
      _no_time -> {:error, :missing_header}
    end
  end

  defp check_signature(signatures, content, keys) do
    expected = for key <- keys, do: :crypto.mac(:hmac, :sha256, key, content)

    given =
      for "v1," <> base64 <- String.split(signatures, " "),
          {:ok, signature} <- [Base.decode64(base64, padding: false)],
          do: signature

    if Enum.any?(for(one <- given, other <- expected, do: equal?(one, other)), & &1),
      do: :ok,
      else: {:error, :wrong_signature}
  end

  # In constant time. `:crypto.hash_equals` needs OTP 25.
  defp equal?(one, other) when byte_size(one) == byte_size(other) do
    one
    |> :crypto.exor(other)
    |> :binary.bin_to_list()
    |> Enum.reduce(0, fn byte, all -> Bitwise.bor(byte, all) end) == 0
  end

  defp equal?(_one, _other), do: false

  defp decode(body, id, timestamp) do
    with {:ok, %{"type" => type, "data" => data}} when is_binary(type) <- JSON.decode(body),
         {:ok, answer} <- Answer.decode(data) do
      {:ok, %__MODULE__{id: id, type: type, timestamp: timestamp, answer: answer}}
    else
      _other -> {:error, :not_a_message}
    end
  end
end
