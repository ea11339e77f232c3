/** Prefixes of the IPv4 ranges that are not public (RFC 6890 and its successors). */
const PRIVATE_IPV4: readonly [address: number, prefixBits: number][] = [
  [0x00000000, 8], // this network
  [0x0a000000, 8], // private
  [0x64400000, 10], // carrier-grade NAT
  [0x7f000000, 8], // loopback
  [0xa9fe0000, 16], // link-local; clouds answer with credentials at 169.254.169.254
  [0xac100000, 12], // private
  [0xc0000000, 24], // protocol assignments
  [0xc0000200, 24], // documentation
  [0xc0a80000, 16], // private
  [0xc6120000, 15], // benchmarking
  [0xc6336400, 24], // documentation
  [0xcb007100, 24], // documentation
  [0xe0000000, 3], // multicast, reserved, broadcast
];

/** Names that lead to the machine itself or to its own network. */
const PRIVATE_NAME =
  /^(localhost|.*\.(localhost|local|internal|intranet|lan|home|corp|home\.arpa|flycast)|[^.]*)$/;

/**
 * Whether a URL's host name looks public. It must be as the WHATWG parser gives it: lower case,
 * IPv4 always in dotted decimals, IPv6 in brackets. A public name may still resolve to a private
 * address; whoever fetches it must check again.
 */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  if (host.startsWith("[")) return isPublicIpv6(host.slice(1, -1));
  const ipv4 = parseIpv4(host);
  return ipv4 === null ? !PRIVATE_NAME.test(host) : isPublicIpv4(ipv4);
}

function parseIpv4(host: string): number | null {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return null;
  return host.split(".").reduce((address, byte) => address * 256 + Number(byte), 0);
}

function isPublicIpv4(address: number): boolean {
  return !PRIVATE_IPV4.some(([range, bits]) => address >>> (32 - bits) === range >>> (32 - bits));
}

/** Only global unicast (2000::/3), without the ranges in it that have another meaning. */
function isPublicIpv6(address: string): boolean {
  const groups = expandIpv6(address);
  const [first = 0, second = 0, third = 0] = groups;
  // 64:ff9b::/96 is NAT64.
  if (groups.slice(0, 6).join() === "100,65435,0,0,0,0") return isPublicIpv4(lastIpv4(groups));
  if (first >>> 13 !== 1) return false;
  if (first === 0x2002) return isPublicIpv4(second * 0x10000 + third); // 6to4
  const isTunnelOrDocumentation = first === 0x2001 && (second < 0x200 || second === 0xdb8);
  return !isTunnelOrDocumentation && first !== 0x3fff;
}

function lastIpv4(groups: readonly number[]): number {
  return (groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0);
}

/** The eight groups of a compressed address (RFC 5952, as the URL parser writes it). */
function expandIpv6(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const parse = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const left = parse(head);
  const right = tail === undefined ? [] : parse(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}
