/** X2 and X8: connections that take a certificate and a token, in a real editor. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Context } from "../../library/index.ts";
import { makeAuthority, makeSelfSigned } from "../rig/certificates.ts";
import { workbenchOfTest } from "./harness.ts";

const token = "hush-this-is-a-secret-0123456789";

async function listen(tls: { readonly cert: string; readonly key: string }, secret?: string): Promise<string> {
  const node = new Context({ name: "vault" });
  onTestFinished(() => node.close());
  const options = { tls: { cert: tls.cert, key: tls.key }, ...(secret !== undefined && { token: secret }) };
  return (await node.connections.listen("tls://127.0.0.1:0", options)).location;
}

it("X8: connects with a file of the folder and a token that is asked for, and keeps that out of every file", async () => {
  const authority = await makeAuthority();
  const location = await listen(await authority.issue(), token);
  const connections = [{ name: "lab", location, token: true, tls: { ca: "certs/ca.pem" } }];
  const workbench = await workbenchOfTest({
    settings: { "switchyard.connections": connections },
    files: { "certs/ca.pem": authority.ca },
  });
  await workbench.openContainer("Switchyard");
  await workbench.runCommand("Switchyard: Connect…");
  await workbench.pick("lab");
  const box = workbench.page.locator(".quick-input-widget input[type=password]");
  await box.fill("too short");
  await workbench.page.locator(".quick-input-widget").getByText("A token has at least 22 characters").waitFor();
  await workbench.screenshot("token input");
  await box.fill(token);
  await box.press("Enter");
  await workbench.statusItem("lab · up").waitFor();
  const row = workbench.treeRow("lab");
  await row.hover();
  await workbench.page.getByText("Encrypted: nobody on the way can read what is said").waitFor();
  await workbench.screenshot("tree encrypted");
  for (const file of await readdir(workbench.folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(await readFile(join(file.parentPath, file.name), "utf8")).not.toContain(token);
  }
});

it("X2: asks before it connects to nobody knows whom, and shows that in red for as long as it lasts", async () => {
  const location = await listen(await makeSelfSigned());
  const workbench = await workbenchOfTest({ settings: { "switchyard.connections": [{ name: "lab", location }] } });
  await workbench.openContainer("Switchyard");
  await workbench.runCommand("Switchyard: Connect…");
  await workbench.pick("lab");
  const dialog = workbench.page.getByRole("dialog").filter({ hasText: "Nobody knows who answers as lab" });
  await dialog.waitFor();
  await workbench.screenshot("certificate question");
  await dialog.getByRole("button", { name: "Connect Anyway, Once" }).click();
  await workbench.statusItem("lab · up, certificate not verified").waitFor();
  await workbench.treeRow("lab").filter({ hasText: "certificate not verified" }).waitFor();
  await workbench.screenshot("tree unverified");
});
