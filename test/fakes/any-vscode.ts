/**
 * Stands for all of `vscode` under the language client, which wants a great deal of it and is given little to do.
 *
 * Invariant: whatever is taken, called or constructed is there and does nothing, save for the few parts with a meaning.
 */
const parts: Readonly<Record<string, unknown>> = {
  __esModule: true, // or what asks for it by `import *` would take a copy of these parts
  version: "1.100.0",
  env: { language: "en", appName: "fake" },
  l10n: {
    t: (message: string, ...args: readonly unknown[]) =>
      message.replace(/\{(\d+)\}/g, (_all, index) => String(args[Number(index)])),
  },
  // A client that may trace traces everything.
  workspace: partly(() => ({
    getConfiguration: () => ({
      get: (name: string, instead: unknown) => (name === "trace.server" ? "verbose" : instead),
    }),
  })),
  LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
};

/** These parts, and anything else. They are made when they are first asked for. */
function partly(make: () => Readonly<Record<string, unknown>>): unknown {
  return new Proxy({}, { get: (_target, name) => (typeof name === "string" ? make()[name] : undefined) ?? anything });
}

function Anything() {}

const anything: unknown = new Proxy(Anything, {
  get: (target, name) => {
    if (name === "prototype") return target.prototype;
    if (name === Symbol.iterator) return [][Symbol.iterator].bind([]);
    return name === "then" || typeof name === "symbol" ? undefined : anything;
  },
  apply: () => anything,
  construct: () => ({ event: () => ({ dispose() {} }), fire() {}, dispose() {}, cancel() {}, token: {} }),
});

export const anyVscode: unknown = new Proxy(parts, {
  get: (target, name) => (typeof name === "string" && name in target ? target[name] : anything),
});
