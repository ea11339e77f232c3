defmodule OneshotAI.Embeddings do
  @moduledoc """
  The result of `OneshotAI.embed/3`.

    * `:vectors` - one list of floats for each input, in the order of the inputs.
    * `:model` - the model that made them. Vectors of different models cannot be compared.
    * `:usage` - `OneshotAI.Usage`, with `:input_tokens` and `:total_tokens`.
    * `:cost` - `OneshotAI.Cost`, nil if the server has no price for the model.
  """
  use OneshotAI.JSON.Encodable

  alias OneshotAI.{Cost, Usage}

  defstruct [:model, :usage, :cost, vectors: []]

  @type t :: %__MODULE__{
          model: String.t() | nil,
          usage: Usage.t() | nil,
          cost: Cost.t() | nil,
          vectors: [[float()]]
        }

  @doc false
  # The body of an OpenAI-compatible `POST /v1/embeddings`, for this many inputs.
  @spec decode(map(), pos_integer()) :: {:ok, t()} | :error
  def decode(%{"data" => data} = body, count) when is_list(data) do
    vectors = Map.new(data, fn item -> {item["index"], vector(item["embedding"])} end)

    # The order of `data` is not guaranteed; a missing vector must not shift the others.
    if Enum.all?(0..(count - 1), &is_list(vectors[&1])) do
      {:ok,
       %__MODULE__{
         model: body["model"],
         usage: usage(body["usage"]),
         cost: cost(body["usage"]),
         vectors: Enum.map(0..(count - 1), &vectors[&1])
       }}
    else
      :error
    end
  end

  def decode(_other, _count), do: :error

  # Base64 of 32-bit floats: a quarter of the bytes, and much faster to read than JSON's numbers.
  defp vector(text) when is_binary(text) do
    with {:ok, bytes} <- Base.decode64(text),
         true <- rem(byte_size(bytes), 4) == 0 do
      for <<number::float-32-little <- bytes>>, do: number
    else
      _other -> nil
    end
  end

  defp vector(numbers), do: numbers

  defp usage(%{} = usage) do
    %Usage{input_tokens: usage["prompt_tokens"], total_tokens: usage["total_tokens"]}
  end

  defp usage(_none), do: nil

  # In dollars; an embedding has no output.
  defp cost(%{"cost" => total}) when is_number(total),
    do: %Cost{currency: "USD", input: total, output: 0, total: total}

  defp cost(_none), do: nil
end
