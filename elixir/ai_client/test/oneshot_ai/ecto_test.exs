# Runs if Ecto is on the code path: ERL_LIBS=… mix test.
if Code.ensure_loaded?(Ecto.Schema) do
  defmodule OneshotAI.EctoTest do
    use OneshotAI.Case, async: true

    alias OneshotAI.Schema

    defmodule Address do
      use Ecto.Schema

      @primary_key false
      embedded_schema do
        field(:city, :string)
      end
    end

    defmodule Person do
      use Ecto.Schema
      import Ecto.Changeset

      embedded_schema do
        field(:name, :string)
        field(:age, :integer)
        field(:born, :date)
        field(:size, Ecto.Enum, values: [:small, :large])
        field(:tags, {:array, :string})
        embeds_one(:address, Address)
        timestamps()
      end

      def changeset(person, params) do
        person
        |> cast(params, [:name, :age, :born, :size, :tags])
        |> validate_required([:name])
        |> validate_number(:age, greater_than: 17)
        |> cast_embed(:address, with: &cast(&1, &2, [:city]))
      end
    end

    @ada ~s({"name":"Ada","age":36,"born":"1815-12-10","size":"small","tags":["a"],"address":{"city":"London"}})

    test "the JSON Schema has the fields, without keys and timestamps" do
      assert %{"properties" => properties, "required" => required} = Schema.to_json_schema(Person)
      names = ~w(address age born name size tags)
      assert Enum.sort(Map.keys(properties)) == names
      assert Enum.sort(required) == names
      assert properties["born"] == %{"type" => ["string", "null"], "format" => "date"}
      assert properties["size"] == %{"enum" => ["small", "large", nil]}
      assert %{"type" => ["array", "null"], "items" => %{"type" => "string"}} = properties["tags"]
      assert %{"type" => ["object", "null"], "required" => ["city"]} = properties["address"]
    end

    test "the object is the schema's struct; changeset/2 decides, and its errors go to the model" do
      young = String.replace(@ada, "36", "12")
      OneshotAI.Test.stub([young, @ada])
      client = Client.new(transport: OneshotAI.Test)
      assert {:ok, run} = OneshotAI.chat_object("claude", "Ada is 36.", Person, client: client)
      assert %Person{name: "Ada", age: 36, born: ~D[1815-12-10], size: :small} = run.object
      assert run.object.address == %Address{city: "London"}
      assert [_, _, %{content: correction}, _] = run.messages
      assert correction =~ "age must be greater than 17"
    end

    test "without changeset/2 all fields are cast" do
      assert {:ok, %Address{city: "London"}} = Schema.load(%{"city" => "London"}, Address)
    end
  end
else
  defmodule OneshotAI.EctoTest do
    use ExUnit.Case, async: true
    @tag skip: "needs Ecto on the code path, by ERL_LIBS"
    test("Ecto schemas", do: :ok)
  end
end
