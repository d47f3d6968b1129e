/**
 * What every transport has to pass: the promises of `library/transports/transport.ts`, one test each.
 *
 * Real links between real ends, on this machine only; nothing sleeps, everything awaits what it expects.
 */
import { describe } from "vitest";
import type { TlsOptions, Transport } from "../../library/transports/transport.ts";
import { bytesCompliance } from "./transport/bytes.ts";
import { closingCompliance } from "./transport/closing.ts";
import { congestionCompliance } from "./transport/congestion.ts";
import { openingCompliance } from "./transport/opening.ts";
import { processCompliance } from "./transport/processes.ts";

export interface TransportUnderTest {
  readonly name: string;
  readonly transport: Transport;
  /** For the schemes that speak TLS: made before the tests run. */
  readonly tls?: () => { readonly connect: TlsOptions; readonly listen: TlsOptions };
  /** Somewhere free to listen at, another place with each call. */
  readonly location: () => URL;
  /** What may be under way from a sender that heeds `false` to one that receives: queues of ours and the system's. */
  readonly mostUnderWay: number;
  /** Whether the two ends of a link may be in two processes. */
  readonly crossesProcesses: boolean;
}

export function transportCompliance(subject: TransportUnderTest): void {
  describe(`${subject.name} as a transport`, () => {
    bytesCompliance(subject);
    congestionCompliance(subject);
    closingCompliance(subject);
    openingCompliance(subject);
    processCompliance(subject);
  });
}
