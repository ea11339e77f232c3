/** The primes of Nemec et al., "The Return of Coppersmith's Attack" (2017), for which 65537 generates few residues. */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/**
 * Whether an RSA modulus was made by the smart card library of CVE-2017-15361 (ROCA), whose keys can be factored: its primes are powers
 * of 65537 modulo many small primes, and so are their products. A sound key passes for one by chance once in about 2^27.
 */
export function isRocaModulus(modulus: bigint): boolean {
  return PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime));
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * (65537 % prime)) % prime;
  } while (power !== 1);
  return false;
}
