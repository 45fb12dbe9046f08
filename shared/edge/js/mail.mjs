// The platform's mail sender.

/**
 * Sends one mail: `{from_name, from, to, subject, text, html, headers}` as JSON. Answers `["sent", messageId]`, or `[code, message]` of
 * what was refused; it never rejects.
 */
export async function sendMail(binding, json) {
  if (binding === undefined) return ["E_NO_BINDING", "there is no binding EMAIL"];
  const { from_name: name, from: email, to, subject, text, html, headers } = JSON.parse(json);
  try {
    const sent = await binding.send({ from: name ? { email, name } : email, to, subject, text, html, headers });
    return ["sent", sent?.messageId ?? ""];
  } catch (thrown) {
    return [String(thrown?.code ?? ""), String(thrown?.message ?? thrown)];
  }
}
