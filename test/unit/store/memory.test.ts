import { createMemoryAnswers } from "../../../src/store/memory-answers.ts";
import { createMemoryLimitStore } from "../../../src/store/memory-limits.ts";
import { createMemoryRevocations } from "../../../src/store/memory-revocations.ts";
import { describeAnswerStore } from "./answer-store-contract.ts";
import { describeLimitStore } from "./limit-store-contract.ts";
import { describeRevocationStore } from "./revocation-store-contract.ts";

const answers = createMemoryAnswers(Date.now, 1_000_000);
const store = createMemoryLimitStore(Date.now);
describeLimitStore("memory", () => store);
describeRevocationStore("memory", () => createMemoryRevocations(Date.now));
describeAnswerStore("memory", () => answers);
