defmodule OneshotAI.Tool do
  @moduledoc ~S"""
  A function that the model may call, and that `OneshotAI.run_tools/4` runs.

      weather =
        Tool.new(
          name: "weather",
          description: "The current weather in a city.",
          parameters: %{type: "object", properties: %{city: %{type: "string"}}, required: ["city"]},
          run: fn %{"city" => city} -> MyApp.Weather.fetch(city) end
        )

  `:run` receives the arguments as a map with string keys. **The model wrote them: validate them
  like any other input.** It returns

    * a string, or any term that can be encoded as JSON, or `{:ok, term}`: the result,
    * `{:error, reason}`; the reason may be an exception. The model sees a failure and can try
      something else.

  If the arguments do not match `:parameters`, the model sees what is wrong, and the function does
  not run. An exception in the function is not caught: it is a bug, and ends the run.
  """

  alias OneshotAI.{JSON, Options, Schema}

  @options [
    name: {:string, "the name that the model uses."},
    description: {:string, "what it does and when to use it, for the model."},
    parameters:
      {:any,
       "the arguments, as a `t:OneshotAI.Schema.t/0`: a JSON Schema, or `[city: :string]`. " <>
         "Default: no arguments."},
    run: {:any, "a function of one argument."},
    timeout: {:milliseconds, "how long it may run. Default: the run's `:tool_timeout`."},
    strict: {:boolean, "whether the vendor must enforce the schema."},
    cache: {:any, "a cache hint, as in `OneshotAI.chat/3`."},
    extras: {:any, "fields of a vendor's own format."}
  ]

  @enforce_keys [:name]
  defstruct [:name, :description, :parameters, :run, :timeout, :strict, :cache, :extras]

  @type t :: %__MODULE__{
          name: String.t(),
          description: String.t() | nil,
          parameters: map() | nil,
          run: (map() -> term()) | nil,
          timeout: timeout() | nil,
          strict: boolean() | nil,
          cache: map() | nil,
          extras: map() | nil
        }

  @doc """
  A tool. Options:

  #{Options.docs(@options)}

      iex> OneshotAI.Tool.new(name: "now", run: fn _ -> DateTime.utc_now() end).name
      "now"

      iex> OneshotAI.Tool.new(name: "weather", parameters: [city: :string]).parameters["required"]
      ["city"]
  """
  @spec new(keyword()) :: t()
  def new(opts) do
    opts = Options.validate!(opts, @options, "a tool")
    struct!(__MODULE__, Keyword.replace_lazy(opts, :parameters, &Schema.to_json_schema/1))
  end

  @doc false
  # As in the request: without nil values, and without what concerns only this client.
  @spec encode(t() | map() | keyword()) :: map()
  def encode(%__MODULE__{} = tool), do: tool |> Map.from_struct() |> encode()
  def encode(tool) when is_list(tool), do: tool |> Map.new() |> encode()

  def encode(%{} = tool) do
    for {name, value} <- Map.drop(tool, [:run, "run", :timeout, "timeout"]),
        value != nil,
        into: %{} do
      {name, JSON.normalize(value)}
    end
  end
end
