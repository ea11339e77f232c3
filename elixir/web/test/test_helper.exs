# The real server, as the tests of the client start it, and waiting until something is so.
for file <- ["server.ex", "case.ex"],
    do: Code.require_file("../../ai_client/test/support/" <> file, __DIR__)

# The environment must not configure the tests.
for name <- ["AI_SERVER_URL", "JWT_SECRET"], do: System.delete_env(name)

browser? = Oneshot.Web.Browser.path() != nil
if not browser?, do: IO.puts("left out: the page in a browser (needs chromium)")
IO.puts("Elixir #{System.version()}, OTP #{System.otp_release()}")
ExUnit.start(exclude: if(browser?, do: [], else: [:browser]), assert_receive_timeout: 20_000)
