/**
 * The HTML of a panel: a shell around the script of the panels, and the page shown while there is nothing to show yet.
 *
 * Invariant: nothing runs but our own script, nothing comes from anywhere but `dist/webview`, and every text is escaped.
 */
import { randomBytes } from "node:crypto";
import { env, Uri, type Webview } from "vscode";

export interface Page {
  readonly webview: Webview;
  /** Where `main.js`, `main.css` and `codicon.css` are. */
  readonly files: Uri;
  readonly title: string;
  /** What the panel is restored from when the window is loaded again: see `stateScript`. */
  readonly spec: unknown;
}

/** The panel itself, run by `webview/main.tsx`. */
export function panelPage(page: Page, panel: string, panelArguments: unknown): string {
  const nonce = newNonce();
  const script = page.webview.asWebviewUri(Uri.joinPath(page.files, "main.js")).toString();
  return html(
    page,
    nonce,
    `<div id="root" data-panel="${escaped(panel)}" data-arguments="${escaped(JSON.stringify(panelArguments))}"></div>
    <script type="module" nonce="${nonce}" src="${escaped(script)}"></script>`,
  );
}

/** What is shown while there is no panel to show, with a link to a command that helps. */
export interface Notice {
  /** A codicon. */
  readonly icon: string;
  readonly sentence: string;
  readonly link?: { readonly text: string; readonly command: string };
}

export function waitingPage(page: Page, { icon, sentence, link }: Notice): string {
  const help = link === undefined ? "" : `<p><a href="${escaped(link.command)}">${escaped(link.text)}</a></p>`;
  return html(
    page,
    newNonce(),
    `<main class="empty" role="status">
      <span class="codicon codicon-${escaped(icon)}" aria-hidden="true"></span>
      <p>${escaped(sentence)}</p>
      ${help}
    </main>`,
  );
}

/** A link to a command with its arguments, as the editor reads it. */
export function commandLink(command: string, ...args: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}

function html({ webview, files, title, spec }: Page, nonce: string, body: string): string {
  const source = webview.cspSource;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src ${source}`;
  const file = (name: string) => escaped(webview.asWebviewUri(Uri.joinPath(files, name)).toString());
  return `<!DOCTYPE html>
<html lang="${escaped(env.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)}</title>
    <link rel="stylesheet" href="${file("codicon.css")}">
    <link rel="stylesheet" href="${file("main.css")}">
  </head>
  <body>
    <script nonce="${nonce}">${stateScript(spec)}</script>
    ${body}
  </body>
</html>`;
}

/**
 * The editor keeps one state for a panel and hands it back when the window is loaded again. It has to hold what the
 * shell needs to open the panel anew, and what the panel itself keeps there: this script gives each its half.
 */
function stateScript(spec: unknown): string {
  return `{
      const host = acquireVsCodeApi();
      const kept = () => host.getState() ?? {};
      host.setState({ ...kept(), spec: ${inScript(spec)} });
      const api = Object.freeze({
        postMessage: (message, transfer) => host.postMessage(message, transfer),
        getState: () => kept().panel,
        setState: (panel) => { host.setState({ ...kept(), panel }); return panel; },
      });
      globalThis.acquireVsCodeApi = () => api;
    }`;
}

/** JSON that cannot end the script it stands in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

function newNonce(): string {
  return randomBytes(18).toString("base64url");
}
