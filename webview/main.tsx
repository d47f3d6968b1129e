/**
 * Entry of every panel: the page says which one it is, and hands it its arguments.
 *
 * Knows each panel by name and how to check its arguments; nothing of what it does.
 */
import { render } from "preact";
import { MessageHost } from "./message-host.ts";
import { readPanel } from "./panel-arguments.ts";
import { MonitorPanel } from "./panels/monitor/monitor-panel.tsx";
import { RaisePanel } from "./panels/raise/raise-panel.tsx";
import "./style.css";
import { webviewPort } from "./webview-port.ts";

const root = document.getElementById("root");
if (root !== null) {
  const panel = readPanel(root.dataset["panel"], root.dataset["arguments"]);
  const host = new MessageHost(webviewPort());
  switch (panel.kind) {
    case "monitor":
      render(<MonitorPanel host={host} {...panel.arguments} />, root);
      break;
    case "raise":
      render(<RaisePanel host={host} {...panel.arguments} />, root);
      break;
    case "unknown":
      render(<p class="empty">{panel.problem}</p>, root);
      break;
  }
}
