import type { StoreObjectStub } from "../../../src/store/object-limits.ts";

export { StoreDurableObject } from "../../../src/runtimes/store-object.ts";

interface Env {
  STORE: { idFromName(name: string): unknown; get(id: unknown): StoreObjectStub };
}

interface Call {
  object: string;
  method: keyof StoreObjectStub;
  args: never[];
}

/** Passes calls on to the objects, so that a test outside of workerd can make them. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { object, method, args }: Call = await request.json();
    const stub = env.STORE.get(env.STORE.idFromName(object));
    const call: (...values: never[]) => Promise<unknown> = stub[method];
    return Response.json({ result: await Reflect.apply(call, stub, args) });
  },
};
