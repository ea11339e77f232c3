import { createMemoryLimitStore } from "../../../src/store/memory.ts";
import { describeLimitStore } from "./limit-store-contract.ts";

const store = createMemoryLimitStore(Date.now);
describeLimitStore("memory", () => store);
