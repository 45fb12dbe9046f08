// The index page of plain localhost: static, without script or inline style, so that the strictest policy lets it through.

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => String(text ?? "").replace(/[&<>"']/g, (one) => ENTITIES[one]);
const link = (url, text = url) => `<a href="${escape(url)}">${escape(text)}</a>`;

/** The page for a demo as `describeDemo` returns it. */
export function indexPage(demo) {
  const port = new URL(demo.origin).port;
  const at = (host) => `http://${host}${port ? `:${port}` : ""}`;
  const portals = demo.orgs.map(({ slug, plan }) => `<li>${link(at(`${slug}.localhost`))} <span>portal: customers of ${escape(slug)}, plan ${escape(plan)}</span></li>`).join("\n        ");
  const logins = demo.logins
    .map(({ surface, url, email, password }) => `<tr><td>${link(url, surface)}</td><td><code>${escape(email)}</code></td><td><code>${escape(password)}</code></td></tr>`)
    .join("\n          ");
  const curl = demo.api_key ? `curl -H "Authorization: Bearer ${demo.api_key}" ${demo.api_origin}/v1/me` : "";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Portico on this machine</title>
    <link rel="stylesheet" href="/local.css">
  </head>
  <body>
    <main>
      <h1>Portico on this machine</h1>
      <h2>Surfaces</h2>
      <ul>
        <li>${link(demo.origin)} <span>app: members of an organization</span></li>
        <li>${link(at("platform.localhost"))} <span>platform: operators</span></li>
        ${portals}
        <li>${link(at("api.localhost"))} <span>API, also at ${escape(demo.api_origin)}</span></li>
      </ul>
      <h2>For developers</h2>
      <ul>
        <li>${link(`${at("app.localhost")}/dev/mail`)} <span>mail that would have been sent: nothing leaves this machine</span></li>
        <li>${link(demo.stripe_desk)} <span>the local Stripe: its clock, its failures, what it knows</span></li>
        <li>${link(`${at("app.localhost")}/dev/components`)} <span>every component in every state</span></li>
      </ul>
${
    logins
      ? `      <h2>Demo logins</h2>
      <table>
        <thead><tr><th scope="col">Surface</th><th scope="col">E-mail</th><th scope="col">Password</th></tr></thead>
        <tbody>
          ${logins}
        </tbody>
      </table>
${demo.totp_secret ? `      <p>The console also asks for a code: add the key <code>${escape(demo.totp_secret)}</code> to an authenticator app, time-based, six digits.</p>\n` : ""}`
      : ""
  }${curl ? `      <h2>API</h2>\n      <pre><code>${escape(curl)}</code></pre>\n` : ""}    </main>
  </body>
</html>
`;
}

/** Its style. */
export const INDEX_CSS = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1rem; margin-top: 2rem; }
ul { padding: 0; list-style: none; }
li { padding: 0.15rem 0; }
li span { opacity: 0.75; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #8886; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 0.375rem; }
`;
