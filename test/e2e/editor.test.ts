/** The packaged extension in a real editor: it installs, shows itself, and offers its commands. */
import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { startCommand } from "./command.ts";
import { allThemes, workbenchOfTest } from "./harness.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const words = JSON.parse(readFileSync(new URL("../../package.nls.json", import.meta.url), "utf8"));

it("greets a person who has no connections, in every theme", async () => {
  const workbench = await workbenchOfTest();
  await workbench.openContainer("Switchyard");
  const sidebar = workbench.page.locator(".part.sidebar");
  await sidebar.getByText("No connections yet").waitFor();
  expect(await sidebar.getByRole("button", { name: "Start Demo Cluster" }).isVisible()).toBe(true);
  for (const theme of allThemes) {
    await workbench.showTheme(theme);
    await workbench.screenshot(`welcome ${theme}`);
  }
});

it("offers in the palette what can be done without a cluster", async () => {
  const workbench = await workbenchOfTest();
  const offered = await workbench.commandsFor("Switchyard: ");
  const title = (command: string) => {
    const found = manifest.contributes.commands.find((entry: { command: string }) => entry.command === command);
    return `${found.category}: ${words[found.title.slice(1, -1)]}`;
  };
  const expected = ["connect", "connectToLocation", "startDemo", "editConnections", "showLog", "restartServer"];
  for (const command of expected) expect(offered).toContain(title(`switchyard.${command}`));
  // Titles are whole in the palette: no key of a translation shows through.
  expect(offered.filter((text) => text.includes("%"))).toEqual([]);
});

it("connects by itself to the demo cluster, as `npm start` has it", async () => {
  const demo = startCommand("demo", "--json");
  onTestFinished(() => demo.stop());
  const { connect, nodes } = JSON.parse(await demo.line(/"ready":true/));
  const workbench = await workbenchOfTest({
    settings: {
      "switchyard.connections": [{ name: "demo", location: connect }],
      "switchyard.connectOnStart": "demo",
      "switchyard.monitorOnStart": ["demo.*"],
    },
  });
  for (const { name } of nodes) await workbench.treeRow(name).waitFor(); // the view is there without a click
  const panel = await workbench.panel("[role=grid]");
  await panel.getByText("sensor-1").first().waitFor(); // and so are live events
  await workbench.screenshot("demo");
});
