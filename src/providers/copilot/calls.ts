export { openChatCompletions } from "../../formats/openai-chat/open-chat-completions.ts";
