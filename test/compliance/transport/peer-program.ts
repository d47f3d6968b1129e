/** The other process of the compliance tests; `peer-process.ts` says what its tasks are. */
import { SwitchyardError } from "../../../library/core/errors.ts";
import { inproc } from "../../../library/transports/inproc.ts";
import { ipc } from "../../../library/transports/ipc.ts";
import { tcp } from "../../../library/transports/tcp.ts";
import { tls } from "../../../library/transports/tls.ts";
import type { Link, Transport } from "../../../library/transports/transport.ts";
import { ws } from "../../../library/transports/ws.ts";
import type { PeerTls } from "./peer-process.ts";

/** For the schemes that speak TLS: options to connect and to listen with. */
const options: Partial<PeerTls> = JSON.parse(process.argv[4] ?? "{}");
const connecting = options.connect ? { tls: options.connect } : {};
const listening = options.listen ? { tls: options.listen } : {};

async function main(task: string, location: URL): Promise<void> {
  const scheme = location.protocol.slice(0, -1);
  const transport = [tcp(), tls(), ipc(), inproc(), ws()].find(({ schemes }) => schemes.includes(scheme));
  if (!transport) throw new Error(`no transport for ${location.href}`);
  if (task === "leave") return leave(transport, location);
  process.stdin.once("end", () => process.exit());
  process.stdin.resume();
  if (task === "hold") return hold(transport, location);
  return race(transport, location);
}

async function leave(transport: Transport, location: URL): Promise<void> {
  const accepted: Link[] = [];
  const accept = (link: Link): void => {
    accepted.push(link);
    link.start({ received: () => {}, drained: () => {}, closed: () => {} });
  };
  const listener = await transport.listen(location, accept, listening);
  const closedByUs = await exchange(transport, listener.location);
  const destroyedByUs = await exchange(transport, listener.location);
  await exchange(transport, listener.location); // closed by the accepting end
  closedByUs.close();
  destroyedByUs.destroy();
  accepted[2]?.close();
  await listener.close();
}

/** Opens a link and sends over it. */
async function exchange(transport: Transport, location: string): Promise<Link> {
  const link = await transport.connect(new URL(location), connecting);
  link.start({ received: () => {}, drained: () => {}, closed: () => {} });
  link.send(new Uint8Array(100_000));
  return link;
}

async function hold(transport: Transport, location: URL): Promise<void> {
  for (let count = 0; count < 2; count++) {
    const link = await transport.connect(location, connecting);
    link.send(Uint8Array.of(1));
  }
}

async function race(transport: Transport, location: URL): Promise<void> {
  console.log("ready");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  try {
    await transport.listen(location, (link) => link.destroy(), listening);
    console.log("listening");
  } catch (error) {
    console.log(error instanceof SwitchyardError ? error.code : error);
  }
}

void main(process.argv[2] ?? "", new URL(process.argv[3] ?? ""));
