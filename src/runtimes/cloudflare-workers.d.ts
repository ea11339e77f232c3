/**
 * The part of workerd's own module that is used here, so that the type check needs no second set of
 * runtime types.
 */
declare module "cloudflare:workers" {
  export abstract class DurableObject {
    constructor(context: unknown, env: unknown);
  }
}
