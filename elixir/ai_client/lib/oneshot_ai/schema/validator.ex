defmodule OneshotAI.Schema.Validator do
  @moduledoc false
  # Checks a decoded value against a JSON Schema with string keys (draft 2020-12): the keywords that
  # the schemas of tools and objects use. Unknown keywords are ignored, as the standard demands.

  @spec errors(term(), map()) :: [String.t()]
  def errors(value, schema), do: value |> check(schema, "", schema) |> Enum.sort()

  # `true` and `false` are schemas too.
  defp check(_value, true, _path, _root), do: []
  defp check(_value, false, path, _root), do: [at(path) <> " is not allowed"]

  defp check(value, %{"$ref" => "#/" <> pointer}, path, root) do
    check(value, get_in(root, String.split(pointer, "/")) || true, path, root)
  end

  defp check(value, %{} = schema, path, root) do
    # A value of the wrong type needs no further complaints.
    case check_type(value, schema["type"], path) do
      [] -> Enum.flat_map(schema, &check_keyword(&1, value, path, {schema, root}))
      errors -> errors
    end
  end

  defp check_type(_value, nil, _path), do: []

  defp check_type(value, types, path) do
    types = List.wrap(types)

    if Enum.any?(types, &type?(value, &1)),
      do: [],
      else: [at(path) <> " must be " <> Enum.map_join(types, " or ", &describe/1)]
  end

  defp type?(value, "object"), do: is_map(value)
  defp type?(value, "array"), do: is_list(value)
  defp type?(value, "string"), do: is_binary(value)
  defp type?(value, "boolean"), do: is_boolean(value)
  defp type?(value, "null"), do: value == nil
  defp type?(value, "number"), do: is_number(value)
  defp type?(value, "integer"), do: is_integer(value) or (is_float(value) and trunc(value) == value)
  defp type?(_value, _unknown), do: true

  defp describe(type) when type in ["object", "array", "integer"], do: "an " <> type
  defp describe("null"), do: "null"
  defp describe(type), do: "a " <> type

  defp check_keyword({"required", names}, %{} = value, path, _context) do
    for name <- names, not is_map_key(value, name), do: at(join(path, name)) <> " is missing"
  end

  defp check_keyword({"properties", properties}, %{} = value, path, {_schema, root}) do
    Enum.flat_map(properties, fn {name, schema} ->
      case value do
        %{^name => item} -> check(item, schema, join(path, name), root)
        _absent -> []
      end
    end)
  end

  defp check_keyword({"additionalProperties", extra}, %{} = value, path, {schema, root}) do
    known = Map.keys(schema["properties"] || %{})

    Enum.flat_map(Map.drop(value, known), fn {name, item} ->
      check(item, extra, join(path, name), root)
    end)
  end

  defp check_keyword({"items", items}, value, path, {_schema, root}) when is_list(value) do
    value
    |> Enum.with_index()
    |> Enum.flat_map(fn {item, index} -> check(item, items, "#{path}[#{index}]", root) end)
  end

  defp check_keyword({"enum", values}, value, path, _context),
    do:
      unless_true(
        value in values,
        path,
        "must be one of " <> Enum.map_join(values, ", ", &literal/1)
      )

  defp check_keyword({"const", const}, value, path, _context),
    do: unless_true(value == const, path, "must be " <> literal(const))

  defp check_keyword({"allOf", schemas}, value, path, {_schema, root}),
    do: Enum.flat_map(schemas, &check(value, &1, path, root))

  defp check_keyword({"anyOf", schemas}, value, path, {_schema, root}) do
    results = Enum.map(schemas, &check(value, &1, path, root))
    # The errors of the closest alternative.
    if [] in results, do: [], else: Enum.min_by(results, &length/1)
  end

  defp check_keyword({"oneOf", schemas}, value, path, {_schema, root}) do
    results = Enum.map(schemas, &check(value, &1, path, root))

    case Enum.count(results, &(&1 == [])) do
      1 -> []
      0 -> Enum.min_by(results, &length/1)
      _several -> [at(path) <> " matches more than one of the alternatives"]
    end
  end

  defp check_keyword({"minimum", min}, value, path, _) when is_number(value),
    do: unless_true(value >= min, path, "must be at least #{min}")

  defp check_keyword({"maximum", max}, value, path, _) when is_number(value),
    do: unless_true(value <= max, path, "must be at most #{max}")

  defp check_keyword({"exclusiveMinimum", min}, value, path, _) when is_number(value),
    do: unless_true(value > min, path, "must be greater than #{min}")

  defp check_keyword({"exclusiveMaximum", max}, value, path, _) when is_number(value),
    do: unless_true(value < max, path, "must be less than #{max}")

  defp check_keyword({"minLength", min}, value, path, _) when is_binary(value),
    do: unless_true(String.length(value) >= min, path, "must have at least #{min} characters")

  defp check_keyword({"maxLength", max}, value, path, _) when is_binary(value),
    do: unless_true(String.length(value) <= max, path, "must have at most #{max} characters")

  defp check_keyword({"pattern", pattern}, value, path, _) when is_binary(value) do
    case Regex.compile(pattern, "u") do
      {:ok, regex} -> unless_true(value =~ regex, path, "must match #{pattern}")
      # Not every ECMAScript pattern is one for Elixir.
      {:error, _reason} -> []
    end
  end

  defp check_keyword({"minItems", min}, value, path, _) when is_list(value),
    do: unless_true(length(value) >= min, path, "must have at least #{min} items")

  defp check_keyword({"maxItems", max}, value, path, _) when is_list(value),
    do: unless_true(length(value) <= max, path, "must have at most #{max} items")

  defp check_keyword(_other, _value, _path, _context), do: []

  defp unless_true(true, _path, _message), do: []
  defp unless_true(false, path, message), do: [at(path) <> " " <> message]

  defp literal(value), do: OneshotAI.JSON.encode!(value)

  defp join("", name), do: name
  defp join(path, name), do: path <> "." <> name

  defp at(""), do: "the value"
  defp at(path), do: path
end
