// A store in a process of its own answers while this one stands still. Prints what `within` says.
import { connect } from "node:net";
import { within } from "../../src/store/within.ts";

const socket = connect(Number(process.argv[2]), "127.0.0.1");
await new Promise((resolve) => socket.once("connect", resolve));
const reply = new Promise<string>((resolve) => {
  socket.once("data", (bytes) => resolve(String(bytes)));
});
socket.write("PING");
const answered = within(50, reply);
const until = performance.now() + 400;
while (performance.now() < until);
const told = await answered.catch((thrown: unknown) => String(thrown));
socket.destroy();
process.stdout.write(`${told}\n`);
