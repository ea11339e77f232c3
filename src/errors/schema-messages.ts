import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";

// zod's small form has no messages of its own. A file that shows them to people imports this one.
z.config(en());
