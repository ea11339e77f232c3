defmodule Oneshot.AIClient.Tool do
  @moduledoc ~S"""
  A function that the model may ask for, and that `Oneshot.AIClient.run_tools/4` runs.

      weather =
        Tool.new(
          name: "weather",
          description: "The weather in a city, now.",
          parameters: %{type: "object", properties: %{city: %{type: "string"}}, required: ["city"]},
          run: fn %{"city" => city} -> MyApp.Weather.fetch(city) end
        )

  `:run` gets the arguments, a map with string keys: **what the model wrote, so check it like any other input**. It gives

    * a text, or any term that can be JSON, or `{:ok, …}` of these: the result for the model,
    * `{:error, …}`, with an exception too: told to the model as a failure, so that it can try something else.

  A call whose arguments are not JSON, or lack one that `:parameters` names as `required`, does not reach the function: the
  model is told. What the function raises is not caught: a bug in a tool is a bug.
  """

  alias Oneshot.AIClient.{JSON, Options}

  @options [
    name: {:text, "what the model calls it by."},
    description: {:text, "what it does and when to use it: the model reads this."},
    parameters: {:map, "a JSON Schema of type object for the arguments. Default: none are taken."},
    run: {:any, "a function of one argument."},
    strict: {:boolean, "whether the vendor must hold the arguments to the schema."},
    cache: {:any, "a cache hint, as in `Oneshot.AIClient.chat/3`."},
    extras: {:any, "fields of a vendor's own format."}
  ]

  @enforce_keys [:name]
  defstruct [:name, :description, :parameters, :run, :strict, :cache, :extras]

  @type t :: %__MODULE__{
          name: String.t(),
          description: String.t() | nil,
          parameters: map() | nil,
          run: (map() -> term()) | nil,
          strict: boolean() | nil,
          cache: map() | nil,
          extras: map() | nil
        }

  @doc """
  A tool. Options:

  #{Options.docs(@options)}

      iex> Oneshot.AIClient.Tool.new(name: "now", run: fn _ -> DateTime.utc_now() end).name
      "now"
  """
  @spec new(keyword()) :: t()
  def new(opts), do: struct!(__MODULE__, Options.validate!(opts, @options, "a tool"))

  @doc false
  # As the request has it: what is nil is left out, and the function stays here.
  @spec encode(t() | map() | keyword()) :: map()
  def encode(%__MODULE__{} = tool), do: tool |> Map.from_struct() |> encode()
  def encode(tool) when is_list(tool), do: tool |> Map.new() |> encode()

  def encode(%{} = tool) do
    for {name, value} <- Map.drop(tool, [:run, "run"]), value != nil, into: %{}, do: {name, JSON.normalize(value)}
  end
end
