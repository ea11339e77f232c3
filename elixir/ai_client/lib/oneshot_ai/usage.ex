defmodule OneshotAI.Usage do
  @moduledoc """
  Token counts, as the vendor reported them. A count that it did not report is `nil`, never zero.

    * `:input_tokens` - the whole prompt, including tokens read from or written to the cache.
    * `:output_tokens` - the whole answer, including hidden reasoning.
    * `:cached_input_tokens`, `:cache_write_input_tokens` - the part of the input that was read
      from, or written to, the cache.
    * `:reasoning_tokens` - the part of the output that was reasoning.
    * `:total_tokens`
  """
  use OneshotAI.JSON.Encodable

  @fields [
    :input_tokens,
    :output_tokens,
    :cached_input_tokens,
    :cache_write_input_tokens,
    :reasoning_tokens,
    :total_tokens
  ]
  defstruct @fields

  @type t :: %__MODULE__{
          input_tokens: non_neg_integer() | nil,
          output_tokens: non_neg_integer() | nil,
          cached_input_tokens: non_neg_integer() | nil,
          cache_write_input_tokens: non_neg_integer() | nil,
          reasoning_tokens: non_neg_integer() | nil,
          total_tokens: non_neg_integer() | nil
        }

  @doc """
  The sum of two usages. A missing count counts as nothing.

      iex> alias OneshotAI.Usage
      iex> left = %Usage{input_tokens: 3, output_tokens: 1}
      iex> Usage.add(left, %Usage{input_tokens: 4, reasoning_tokens: 2})
      %OneshotAI.Usage{input_tokens: 7, output_tokens: 1, reasoning_tokens: 2}
  """
  @spec add(t() | nil, t() | nil) :: t() | nil
  def add(nil, usage), do: usage
  def add(usage, nil), do: usage

  def add(%__MODULE__{} = left, %__MODULE__{} = right) do
    Map.merge(left, right, fn
      :__struct__, module, _ -> module
      _field, nil, count -> count
      _field, count, nil -> count
      _field, left_count, right_count -> left_count + right_count
    end)
  end

  @doc false
  @spec decode(term()) :: t() | nil
  def decode(%{} = body),
    do: struct!(__MODULE__, for(field <- @fields, do: {field, body[Atom.to_string(field)]}))

  def decode(_none), do: nil
end
