defmodule OneshotAI.JSON.Encodable do
  @moduledoc false
  # `use OneshotAI.JSON.Encodable, except: […]` lets every JSON library encode the struct.
  #
  # `@derive Jason.Encoder` would work only if Jason happened to be compiled before this library,
  # which does not depend on it. So the protocol's implementation is written as the module that
  # `defimpl` would generate; it costs nothing if the app has no Jason.

  defmacro __using__(opts) do
    quote do
      @encodable_except unquote(Keyword.get(opts, :except, []))
      @before_compile OneshotAI.JSON.Encodable
      # Elixir 1.18 and later.
      if Code.ensure_loaded?(JSON.Encoder), do: @derive({JSON.Encoder, except: @encodable_except})
    end
  end

  defmacro __before_compile__(env) do
    except = Module.get_attribute(env.module, :encodable_except)
    implementation = Module.concat(Jason.Encoder, env.module)

    quote do
      @doc false
      def __json_fields__(struct), do: Map.drop(struct, unquote([:__struct__ | except]))

      defmodule unquote(implementation) do
        @moduledoc false
        @compile {:no_warn_undefined, Jason.Encode}
        Module.register_attribute(__MODULE__, :__impl__, persist: true)
        @__impl__ [protocol: Jason.Encoder, for: unquote(env.module)]

        def __impl__(:for), do: unquote(env.module)
        def __impl__(:target), do: __MODULE__
        def __impl__(:protocol), do: Jason.Encoder

        def encode(struct, opts) do
          # By name, as this library is compiled without Jason.
          apply(Jason.Encode, :map, [unquote(env.module).__json_fields__(struct), opts])
        end
      end
    end
  end
end
