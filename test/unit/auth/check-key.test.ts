import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { isRocaModulus } from "../../../src/auth/check-key.ts";

describe("isRocaModulus", () => {
  test("detects products of powers of 65537, also with a multiple of the small primes added", () => {
    const primorial = [
      2n,
      3n,
      5n,
      7n,
      11n,
      13n,
      17n,
      19n,
      23n,
      29n,
      31n,
      37n,
      41n,
      43n,
      47n,
      53n,
      59n,
      61n,
      67n,
      71n,
      73n,
      79n,
      83n,
      89n,
      97n,
    ]
      .concat([101n, 103n, 107n, 109n, 113n, 127n, 131n, 137n, 139n, 149n, 151n, 157n])
      .reduce((product, prime) => product * prime, 1n);
    expect(isRocaModulus(65537n ** 61n)).toBe(true);
    expect(isRocaModulus(65537n ** 7n + 12_345n * primorial)).toBe(true);
    expect(isRocaModulus(65537n ** 7n + 2n)).toBe(false);
  });

  test("accepts sound keys", () => {
    for (let round = 0; round < 3; round++) {
      const { n = "" } = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
        format: "jwk",
      });
      expect(isRocaModulus(BigInt(`0x${Buffer.from(n, "base64url").toString("hex")}`))).toBe(false);
    }
  });
});
