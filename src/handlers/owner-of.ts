import type { Owner } from "../answers/identify.ts";
import type { Principal } from "../auth/principal.ts";

/** To whom the answers of this caller belong: to nobody else of the tenant either. */
export function ownerOf({ issuer, subject, policy }: Principal): Owner {
  return { issuer, subject, tenant: policy.tenant };
}
