import { describe, expect, it } from "vitest";
import { aborted, failureToConnect, failureToListen, peerLost } from "../../../library/transports/failures.ts";

const location = new URL("tcp://me:secret@127.0.0.1:9999");

function errno(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("failures of transports", () => {
  it.each([
    ["ECONNREFUSED", "UNREACHABLE"],
    ["ECONNRESET", "UNREACHABLE"],
    ["EHOSTUNREACH", "UNREACHABLE"],
    ["ENETUNREACH", "UNREACHABLE"],
    ["ENOENT", "UNREACHABLE"],
    ["EAGAIN", "UNREACHABLE"],
    ["ENOTFOUND", "NAME_NOT_FOUND"],
    ["EAI_AGAIN", "NAME_NOT_FOUND"],
    ["EACCES", "NOT_PERMITTED"],
    ["EPERM", "NOT_PERMITTED"],
    ["ETIMEDOUT", "TIMED_OUT"],
    ["EMFILE", "TOO_MANY"],
  ])("connecting: %s is %s", (code, failure) => {
    expect(failureToConnect(location, errno(code)).code).toBe(failure);
  });

  it.each([
    ["EADDRINUSE", "LOCATION_IN_USE"],
    ["EACCES", "NOT_PERMITTED"],
    ["EPERM", "NOT_PERMITTED"],
    ["EROFS", "NOT_PERMITTED"],
    ["ENOTFOUND", "NAME_NOT_FOUND"],
    ["EAI_AGAIN", "NAME_NOT_FOUND"],
    ["EADDRNOTAVAIL", "BAD_LOCATION"],
    ["ENOTDIR", "BAD_LOCATION"],
    ["EMFILE", "TOO_MANY"],
  ])("listening: %s is %s", (code, failure) => {
    expect(failureToListen(location, errno(code)).code).toBe(failure);
  });

  it("names the location without its secret, the reason, and the cause", () => {
    const cause = errno("ECONNREFUSED");
    const failure = failureToConnect(location, cause);
    expect(failure.message).toContain("cannot connect to tcp://127.0.0.1:9999 (ECONNREFUSED)");
    expect(failure.message).not.toContain("secret");
    expect(failure.cause).toBe(cause);
  });

  it("takes anything as a cause", () => {
    for (const cause of [undefined, null, "text", new Error("without a code"), { code: 5 }]) {
      expect(failureToConnect(location, cause).code).toBe("UNREACHABLE");
      expect(peerLost("there", cause).code).toBe("PEER_LOST");
    }
  });

  it("keeps the reason of an abort", () => {
    const failure = aborted(location, AbortSignal.abort("no time"));
    expect([failure.code, failure.cause]).toEqual(["TIMED_OUT", "no time"]);
  });
});
