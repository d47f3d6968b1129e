import { describe, expect, it } from "vitest";
import { tlsFailureOf, verificationFailure } from "../../../library/transports/tls-failures.ts";

function failure(code: string, message = ""): unknown {
  return Object.assign(new Error(message), { code });
}

describe("T17: failures of TLS", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "CERT_EXPIRED"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_UNTRUSTED"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "CERT_WRONG_NAME"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "CERT_REQUIRED"],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "CERT_EXPIRED"],
    ["ERR_SSL_SSL/TLS_ALERT_UNKNOWN_CA", "CERT_UNTRUSTED"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "CERT_UNTRUSTED"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "TLS_VERSION"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "NOT_TLS"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "TLS_FAILED"],
    ["ECONNRESET", undefined],
    ["", undefined],
  ])("%s is %s", (code, expected) => {
    expect(tlsFailureOf(failure(code))).toBe(expected);
  });

  it("reads the name from the text where a write was under way", () => {
    const text = (reason: string): string =>
      `write EPROTO 80EC:error:0A00042E:SSL routines:ssl3_read_bytes:${reason}:../deps/rec_layer_s3.c:1601:SSL alert number 70\n`;
    expect(tlsFailureOf(failure("EPROTO", text("tlsv13 alert certificate required")))).toBe("CERT_REQUIRED");
    expect(tlsFailureOf(failure("EPROTO", text("tlsv1 alert protocol version")))).toBe("TLS_VERSION");
    expect(tlsFailureOf(failure("EPROTO", "write EPROTO"))).toBe("TLS_FAILED");
  });

  it("trusts nothing that it does not know", () => {
    expect(verificationFailure("SOMETHING_NEW")).toBe("CERT_UNTRUSTED");
    expect(verificationFailure(undefined)).toBe("CERT_UNTRUSTED");
    expect([undefined, null, "text", {}].map(tlsFailureOf)).toEqual(Array(4).fill(undefined));
  });
});
