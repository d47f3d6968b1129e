/** X5, T20: pages in a real browser against live listeners. Everything stays on this machine. */
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Link, Listener, ListenerOptions } from "../../../library/transports/transport.ts";
import { ws } from "../../../library/transports/ws.ts";

const executablePath = process.env["SWITCHYARD_BROWSER"] || "/usr/bin/chromium";
const noBrowser = existsSync(executablePath) ? undefined : `no browser at ${executablePath}`;

/** The name service of somebody hostile: its names lead to this machine. */
const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const hostile = "rebind.evil.example";

describe.skipIf(noBrowser !== undefined)(`X5: T20: pages in a browser ${noBrowser ?? ""}`, { timeout: 30_000 }, () => {
  let browser: Browser;
  let site: Server;
  let sitePort = 0;
  let page: Page;
  const listeners: Listener[] = [];
  let links: Link[] = [];

  beforeAll(async () => {
    site = createServer((_request, response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<!DOCTYPE html><title>A page</title>");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => site.once("listening", resolve));
    const bound = site.address();
    sitePort = typeof bound === "object" ? (bound?.port ?? 0) : 0;
    browser = await chromium.launch({
      executablePath,
      args: [...flags, `--host-resolver-rules=MAP ${hostile} 127.0.0.1`],
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });
  afterEach(async () => {
    await page.context().close();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    links = [];
  });

  async function listen(options: ListenerOptions): Promise<string> {
    const accept = (link: Link): void => {
      links.push(link);
      link.start({ received: (chunk) => link.send(chunk.slice()), drained: () => {}, closed: () => {} });
    };
    const listener = await ws().listen(new URL("ws://127.0.0.1:0/node"), accept, options);
    listeners.push(listener);
    return listener.location;
  }

  async function visit(url: string): Promise<void> {
    page = await (await browser.newContext()).newPage();
    await page.goto(url);
  }

  /** `open <what came back>`, or `refused`. */
  function openSocket(location: string): Promise<string> {
    return page.evaluate(
      (to) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(to);
          socket.binaryType = "arraybuffer";
          socket.onopen = () => socket.send(Uint8Array.of(1, 2, 3));
          socket.onmessage = ({ data }) => resolve(`open ${new Uint8Array(data).join()}`);
          socket.onclose = () => resolve("refused");
        }),
      location,
    );
  }

  /** What the page may read of the answer: nothing is `unreadable`. */
  function fetchFrom(location: string, init: RequestInit): Promise<string> {
    const what = { url: location.replace("ws:", "http:"), init };
    return page.evaluate(
      ({ url, init: given }) =>
        fetch(url, given).then(
          (answer) => `${answer.type} ${answer.status}`,
          () => "unreadable",
        ),
      what,
    );
  }

  it("get nowhere from another origin, by WebSocket or fetch, under any name of this machine", async () => {
    const location = await listen({ origins: ["https://lab.example"] });
    await visit(`http://127.0.0.1:${sitePort}/`);
    expect(await openSocket(location)).toBe("refused");
    expect(await openSocket(location.replace("127.0.0.1", "localhost"))).toBe("refused");
    expect(await fetchFrom(location, {})).toBe("unreadable");
    expect(await fetchFrom(location, { method: "POST", body: "x" })).toBe("unreadable");
    expect(await fetchFrom(location, { headers: { "X-Own": "1" } })).toBe("unreadable");
    expect(await fetchFrom(location, { mode: "no-cors" })).toBe("opaque 0");
    expect(links).toEqual([]);
  });

  it("get nowhere by a name of their own that leads to this machine", async () => {
    const location = await listen({});
    await visit(`http://${hostile}:${sitePort}/`);
    expect(await openSocket(location.replace("127.0.0.1", hostile))).toBe("refused");
    expect(await openSocket(location)).toBe("refused");
    expect(await fetchFrom(location.replace("127.0.0.1", hostile), {})).toBe("unreadable");
    expect(links).toEqual([]);
  });

  it("get nowhere under such a name, though their origin is listed", async () => {
    const location = await listen({ origins: [`http://${hostile}:${sitePort}`] });
    await visit(`http://${hostile}:${sitePort}/`);
    expect(await openSocket(location.replace("127.0.0.1", hostile))).toBe("refused");
    expect(links).toEqual([]);
  });

  it("get nowhere from a frame without an origin", async () => {
    const location = await listen({ origins: ["null"] });
    await visit(`http://127.0.0.1:${sitePort}/`);
    const outcome = await page.evaluate(
      (to) =>
        new Promise((resolve) => {
          addEventListener("message", ({ data }) => resolve(data), { once: true });
          const frame = document.createElement("iframe");
          frame.sandbox.add("allow-scripts");
          frame.srcdoc = `<script>
            const socket = new WebSocket(${JSON.stringify(to)});
            socket.onopen = () => parent.postMessage("open", "*");
            socket.onclose = () => parent.postMessage("refused", "*");
          </script>`;
          document.body.append(frame);
        }),
      location,
    );
    expect(outcome).toBe("refused");
    expect(links).toEqual([]);
  });

  it("get in as far as the WebSocket from an origin that is listed, and no further by fetch", async () => {
    const location = await listen({ origins: [`http://127.0.0.1:${sitePort}`] });
    await visit(`http://127.0.0.1:${sitePort}/`);
    expect(await openSocket(location)).toBe("open 1,2,3");
    expect(links).toHaveLength(1);
    expect(await fetchFrom(location, {})).toBe("unreadable");
  });

  it("find nothing but a line of text where they lead the browser itself", async () => {
    const location = await listen({});
    await visit(`http://127.0.0.1:${sitePort}/`);
    const answer = await page.goto(location.replace("ws:", "http:"));
    expect([answer?.status(), answer?.headers()["content-type"]]).toEqual([426, "text/plain"]);
    expect(links).toEqual([]);
  });
});
