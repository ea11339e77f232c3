defmodule OneshotAI.JSON.Encodable do
  @moduledoc false
  # `use OneshotAI.JSON.Encodable, except: […]` lets every JSON library encode the struct. A
  # question mark is left out of the names, as in the server's JSON: `:retryable?` is "retryable".

  defmacro __using__(opts) do
    quote do
      @encodable_except unquote(Keyword.get(opts, :except, []))
      @before_compile OneshotAI.JSON.Encodable
    end
  end

  defmacro __before_compile__(env) do
    except = Module.get_attribute(env.module, :encodable_except)

    quote do
      @doc false
      def __json_fields__(struct) do
        for {name, value} <- Map.drop(struct, unquote([:__struct__ | except])), into: %{} do
          {name |> Atom.to_string() |> String.trim_trailing("?"), value}
        end
      end

      unquote(jason(env.module))
      unquote(if Code.ensure_loaded?(JSON.Encoder), do: elixir_json(env.module))
    end
  end

  # What `defimpl Jason.Encoder` would generate. It cannot be used itself: this library does not
  # depend on Jason, which may be compiled later or not at all. Then this module does nothing.
  defp jason(struct) do
    quote do
      defmodule unquote(Module.concat(Jason.Encoder, struct)) do
        @moduledoc false
        Module.register_attribute(__MODULE__, :__impl__, persist: true)
        @__impl__ [protocol: Jason.Encoder, for: unquote(struct)]

        def __impl__(:for), do: unquote(struct)
        def __impl__(:target), do: __MODULE__
        def __impl__(:protocol), do: Jason.Encoder

        def encode(struct, opts) do
          apply(Jason.Encode, :map, [unquote(struct).__json_fields__(struct), opts])
        end
      end
    end
  end

  # Elixir 1.18 and later.
  defp elixir_json(struct) do
    quote do
      defimpl JSON.Encoder, for: unquote(struct) do
        def encode(struct, encoder), do: encoder.(unquote(struct).__json_fields__(struct), encoder)
      end
    end
  end
end
