import { createMemoryLimitStore } from "../../../src/store/memory-limits.ts";
import { createMemoryRevocations } from "../../../src/store/memory-revocations.ts";
import { describeLimitStore } from "./limit-store-contract.ts";
import { describeRevocationStore } from "./revocation-store-contract.ts";

const store = createMemoryLimitStore(Date.now);
describeLimitStore("memory", () => store);
describeRevocationStore("memory", () => createMemoryRevocations(Date.now));
