import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCommand } from "../support/deploy/run-command.ts";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";

const script = resolve(import.meta.dir, "../../scripts/test-images.sh");
setDefaultTimeout(60_000);

let tools: StandInTools;
beforeEach(() => {
  tools = createStandInTools();
  tools.add("uname", "echo Linux");
  tools.add("id", "echo 0");
  tools.add("buildah", '[[ "$*" != *" inspect "* ]] && echo working-container');
  for (const name of ["podman", "debootstrap", "runc", "conmon", "netavark", "flock"])
    tools.add(name);
});
afterEach(() => tools.remove());

/** The one line by which the images are left out, without a failure. */
function leftOut(env: Record<string, string> = {}): string {
  const { code, out, err } = runCommand(["/bin/bash", script], {
    env: { HOME: tools.folder, PATH: tools.path, ...env },
  });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return out.trimEnd();
}

describe("where the images cannot be tried, one line says why, and nothing fails", () => {
  test("no Linux", () => {
    tools.add("uname", "echo Darwin");
    expect(leftOut()).toBe("Left out: the images (they are built on Linux alone)");
  });

  test("no root", () => {
    tools.add("id", "echo 1000");
    expect(leftOut()).toBe("Left out: the images (building without a daemon needs root here)");
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
    expect(leftOut({ PATH: bin, TEST_IMAGES_INSTALL: "1" })).toStartWith(
      "Left out: the images (apt cannot install buildah ",
    );
  });

  test("buildah may not mount", () => {
    tools.add("buildah", 'echo "Error: mounting: operation not permitted" >&2; exit 125');
    expect(leftOut()).toBe(
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
