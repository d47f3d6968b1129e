/** The language server as a process of its own. */
import { runLanguageServer } from "./server.ts";

runLanguageServer();
