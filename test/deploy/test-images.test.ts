import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCommand } from "../support/deploy/run-command.ts";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";

const script = resolve(import.meta.dir, "../../scripts/test/test-images.sh");
setDefaultTimeout(60_000);

let tools: StandInTools;
beforeEach(() => {
  tools = createStandInTools();
  tools.add("uname", "echo Linux");
  tools.add("id", "echo 0");
  tools.add("buildah", '[[ "$*" != *" inspect "* ]] && echo working-container');
  const found = "podman debootstrap runc conmon netavark iptables nft flock";
  for (const name of found.split(" ")) tools.add(name);
});
afterEach(() => tools.remove());

const REQUIRED = { TEST_IMAGES_REQUIRED: "1" };

/** The one line that says why the images are left out, with the exit code. */
function leftOut(env: Record<string, string> = {}, expectedCode = 0): string {
  const { code, out, err } = runCommand(["/bin/bash", script], {
    env: { HOME: tools.folder, PATH: tools.path, ...env },
  });
  expect({ code, err }).toEqual({ code: expectedCode, err: "" });
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return out.trimEnd();
}

describe("if the images cannot be tried, one line says why; it is a failure if they are required", () => {
  test("not on Linux", () => {
    tools.add("uname", "echo Darwin");
    for (const env of [{}, REQUIRED])
      expect(leftOut(env)).toBe("Left out: the images (they are built on Linux only)");
  });

  test("not root", () => {
    tools.add("id", "echo 1000");
    for (const env of [{}, REQUIRED])
      expect(leftOut(env)).toBe("Left out: the images (building without a daemon needs root here)");
  });

  test("no tools, and no apt to install them", () => {
    const bin = join(tools.folder, "few");
    runCommand(["mkdir", bin], { env: { PATH: tools.path } });
    for (const name of ["bash", "env", "dirname"])
      symlinkSync(Bun.which(name) ?? "", join(bin, name));
    for (const name of ["uname", "id"])
      symlinkSync(join(tools.folder, ".bin", name), join(bin, name));
    expect(leftOut({ PATH: bin })).toStartWith(
      "Left out: the images (there is no buildah: apt-get install ",
    );
    expect(leftOut({ PATH: bin, ...REQUIRED }, 1)).toStartWith(
      "Left out: the images (apt cannot install buildah ",
    );
  });

  test("buildah may not mount", () => {
    tools.add("buildah", 'echo "Error: mounting: operation not permitted" >&2; exit 125');
    for (const [env, code] of [
      [{}, 0],
      [REQUIRED, 1],
    ] as const)
      expect(leftOut(env, code)).toBe(
        "Left out: the images (buildah cannot work on this machine: Error: mounting: operation not permitted)",
      );
  });

  test("debootstrap may not, or finds no archive", () => {
    tools.add("debootstrap", 'echo "I: Retrieving"; echo "E: Failed getting release file"; exit 1');
    expect(leftOut()).toBe(
      "Left out: the images (the base images cannot be made: E: Failed getting release file)",
    );
  });

  test("podman may not run a container", () => {
    tools.add("buildah", "echo working-container");
    tools.add(
      "podman",
      '[[ "$*" != *" run "* ]] || { echo "Error: runc: cgroups not mounted" >&2; exit 126; }',
    );
    expect(leftOut()).toBe(
      "Left out: the images (podman cannot run a container on this machine: Error: runc: cgroups not mounted)",
    );
  });
});
