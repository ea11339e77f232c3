import { render } from "preact";
import { Shell } from "../shared/shell.tsx";
import { Playground } from "./playground.tsx";

const place = document.getElementById("page");
if (place)
  render(
    <Shell current="playground">
      {(token, signOut) => <Playground token={token} signOut={signOut} />}
    </Shell>,
    place,
  );
