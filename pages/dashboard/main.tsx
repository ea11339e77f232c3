import { render } from "preact";
import { Shell } from "../shared/shell.tsx";
import { Dashboard } from "./dashboard.tsx";

const place = document.getElementById("page");
if (place)
  render(
    <Shell current="dashboard">
      {(token, signOut) => <Dashboard token={token} signOut={signOut} />}
    </Shell>,
    place,
  );
