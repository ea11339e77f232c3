defmodule OneshotAI.StreamToTest do
  use OneshotAI.Case, async: true

  test "sends the events, with the ref, to their end" do
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", "Hello there")
    assert_receive {:oneshot_ai, ^ref, %Event.Start{}}, 10_000
    assert_receive {:oneshot_ai, ^ref, %Event.PartStart{}}
    assert_receive {:oneshot_ai, ^ref, %Event.PartDelta{delta: "Hello"}}
    assert_receive {:oneshot_ai, ^ref, %Event.PartDelta{delta: " there"}}
    assert_receive {:oneshot_ai, ^ref, %Event.PartEnd{}}
    assert_receive {:oneshot_ai, ^ref, %Event.Done{response: %Response{text: "Hello there"}}}
    refute_receive {:oneshot_ai, ^ref, _event}, 50
  end

  test "sends the error that a stream ends in" do
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", "Hi", model: "echo-fail-rate_limited")

    assert_receive {:oneshot_ai, ^ref, {:error, %Error{reason: :rate_limited, retry_after: 7}}},
                   10_000
  end

  test "several at once are kept apart" do
    refs =
      for number <- 1..5,
          into: %{},
          do: {elem(OneshotAI.stream_to(self(), "echo", "answer #{number}"), 1), number}

    for {ref, number} <- refs do
      text = "answer #{number}"
      assert_receive {:oneshot_ai, ^ref, %Event.Done{response: %{text: ^text}}}, 10_000
    end
  end

  test "a mistake in the options raises in the caller" do
    assert_raise ArgumentError, fn -> OneshotAI.stream_to(self(), "echo", "Hi", modle: "x") end
  end

  test "cancel/1 takes what has not been looked at out of the mailbox, and no more comes" do
    {:ok, ref} =
      OneshotAI.stream_to(self(), "echo", "one two three four five six", model: "echo-slow")

    assert_receive {:oneshot_ai, ^ref, %Event.Start{}}, 10_000
    assert :ok = OneshotAI.cancel(ref)
    refute_receive {:oneshot_ai, ^ref, _event}, 500
  end

  test "cancel/1 at once, before anything has begun" do
    for _ <- 1..2_000 do
      {:ok, ref} = OneshotAI.stream_to(self(), "echo", "Hi")
      assert :ok = OneshotAI.cancel(ref)
    end

    refute_receive {:oneshot_ai, _ref, _event}, 200
  end

  test "cancel/1 of a stream that has ended" do
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", "Hi")
    assert_receive {:oneshot_ai, ^ref, %Event.Done{}}, 10_000
    assert :ok = OneshotAI.cancel(ref)
    assert :ok = OneshotAI.cancel(ref)
  end

  @tag capture_log: true
  test "a reader that crashes says so" do
    client = client(server(), jwt: nil, token: fn -> raise "no luck" end)
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", "Hi", client: client)
    assert_receive {:oneshot_ai, ^ref, {:error, %Error{reason: :reader_failed}}}, 10_000
  end

  test "a process that traps exits gets no exit messages" do
    Process.flag(:trap_exit, true)
    {:ok, ref} = OneshotAI.stream_to(self(), "echo", "one two three", model: "echo-slow")
    assert_receive {:oneshot_ai, ^ref, %Event.Start{}}, 10_000
    OneshotAI.cancel(ref)
    refute_receive {:EXIT, _pid, _reason}, 50
  end
end
