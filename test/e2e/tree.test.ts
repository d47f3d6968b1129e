/** The tree, the status item and the commands, on a live cluster in a real editor. */
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { Context, event } from "../../library/index.ts";
import { workbenchOfTest } from "./harness.ts";

/** A node that raises an event ten times a second, and hears what others raise under `commands.*`. */
interface Site {
  readonly node: Context;
  readonly location: string;
  readonly heard: string[];
  close(): Promise<void>;
}

let site: Site;

beforeEach(async () => {
  site = await startSite("tcp://127.0.0.1:0");
});

async function startSite(listen: string): Promise<Site> {
  const node = new Context({ name: "site" });
  const heard: string[] = [];
  await node.events.on("commands.*", ({ name }) => heard.push(name));
  const { location } = await node.connections.listen(listen);
  const timer = setInterval(() => {
    node.events.raise("weather.wind", event("gust", [7]));
    node.events.raise("weather/rain", event("drop", []));
  }, 100);
  const close = async () => {
    clearInterval(timer);
    await node.close();
  };
  onTestFinished(close);
  return { node, location, heard, close };
}

const settings = () => ({
  "switchyard.connections": [{ name: "lab", location: site.location }],
  "switchyard.connectOnStart": "lab",
});

it("connects without a click, and shows nodes and topics with live rates", async () => {
  const workbench = await workbenchOfTest({ settings: settings() });
  await workbench.statusItem("lab · up").waitFor();
  await workbench.openContainer("Switchyard");
  await workbench.treeRow("lab").waitFor();
  await workbench.treeRow("site").waitFor();
  const wind = workbench.page.locator('.sidebar [role="treeitem"]').filter({ hasText: "weather" });
  await wind.nth(1).waitFor(); // One folder for the dots, one for the slashes.
  await wind.first().click();
  await workbench
    .treeRow("wind")
    .filter({ hasText: /[1-9]\d?(\.\d)?\/s · \d subscriber/ })
    .waitFor();
  await workbench.statusItem("/s").waitFor();
  for (const theme of ["dark", "light"] as const) {
    await workbench.showTheme(theme);
    await workbench.screenshot(`tree ${theme}`);
  }
});

it("opens a monitor with a click on a topic, and keeps it over a crash of the server", async () => {
  const workbench = await workbenchOfTest({ settings: settings() });
  await workbench.statusItem("lab · up").waitFor();
  await workbench.openContainer("Switchyard");
  await workbench.treeRow("weather").click();
  await workbench.treeRow("wind").click();
  await (await workbench.panel("[role=grid]")).getByText("gust").first().waitFor();
  await workbench.screenshot("tree monitor");

  const [server] = (await site.node.cluster.nodes()).filter(({ name }) => name.startsWith("workbench-"));
  process.kill(server?.pid ?? 0, "SIGKILL");
  await workbench.statusItem("lab · up").waitFor({ state: "hidden" });
  await workbench.statusItem("lab · up").waitFor();
  await (await workbench.panel("[role=grid]")).getByText("gust").first().waitFor();
  await workbench.treeRow("wind").waitFor();
});

it("has its panels and their connection back after the window was loaded again", async () => {
  const workbench = await workbenchOfTest({ settings: settings() });
  await workbench.statusItem("lab · up").waitFor();
  await workbench.runCommand("Switchyard: Open Monitor…");
  await workbench.answer("weather.* weather/*");
  await (await workbench.panel("[role=grid]")).getByText("drop").first().waitFor();
  await workbench.changeSettings({ "switchyard.connectOnStart": "" });
  const loaded = workbench.page.waitForEvent("load");
  await workbench.runCommand("Developer: Reload Window");
  await loaded;
  await (await workbench.panel("[role=grid]")).getByText("drop").first().waitFor();
  await workbench.statusItem("lab · up").waitFor();
});

it("says that a connection is lost, and takes it up again", async () => {
  const workbench = await workbenchOfTest({ settings: settings() });
  await workbench.statusItem("lab · up").waitFor();
  await workbench.openContainer("Switchyard");
  await workbench.treeRow("site").waitFor();
  await site.close();
  await workbench.treeRow("lab").filter({ hasText: "retrying" }).waitFor();
  await workbench.screenshot("tree retrying");
  await startSite(site.location);
  await workbench.treeRow("lab").filter({ hasText: "up" }).waitFor();
});

it("says under the cluster why it cannot connect, and how to go on", async () => {
  const workbench = await workbenchOfTest();
  await workbench.openContainer("Switchyard");
  await workbench.runCommand("Switchyard: Connect to Location");
  await workbench.answer("tcp://127.0.0.1:1");
  await workbench.notification("Not connected to 127.0.0.1:1").waitFor();
  const problem = workbench.page.locator('.sidebar [role="treeitem"][aria-level="2"]').first();
  await problem.getByText("nobody listens there").waitFor();
  await problem.hover();
  await problem.getByRole("button", { name: "Retry" }).waitFor();
  await workbench.screenshot("tree problem");
});

it("raises an event from a topic", async () => {
  const workbench = await workbenchOfTest({ settings: settings() });
  await workbench.statusItem("lab · up").waitFor();
  await workbench.runCommand("Switchyard: Raise Event…");
  const panel = await workbench.panel("form");
  await panel.getByRole("combobox", { name: "Topic" }).fill("commands.go");
  await panel.getByRole("textbox", { name: "Event" }).fill("go");
  await panel.getByRole("button", { name: /^Raise/ }).click();
  await expect.poll(() => site.heard, { timeout: 10_000 }).toEqual(["go"]);
  await workbench.screenshot("raise panel");
});

it("starts the demo cluster with one click, and ends it", async () => {
  const workbench = await workbenchOfTest();
  await workbench.openContainer("Switchyard");
  await workbench.page.locator(".part.sidebar").getByRole("button", { name: "Start Demo Cluster" }).click();
  for (const name of ["sensor-1", "router", "manager", "logger"]) await workbench.treeRow(name).waitFor();
  await workbench.treeRow("Topics").waitFor();
  await workbench.screenshot("tree demo");
  await workbench.runCommand("Switchyard: Stop Demo Cluster");
  await workbench.page.locator(".part.sidebar").getByText("No connections yet").waitFor();
});
