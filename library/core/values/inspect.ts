/**
 * Where Node looks for how an object wants to be shown, by `console.log` for one. Costs nothing anywhere else.
 *
 * Values show their type and their text form: `addr 10.0.0.1`.
 */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom");
