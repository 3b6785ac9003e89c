/**
 * The headers of every answer. `nonce` lets Next's own scripts run, and what they load.
 *
 * Styles stay `unsafe-inline` because Monaco, Cytoscape and the toaster set them; workers come
 * from blobs in Monaco. The dev server compiles with `eval` and reloads over a WebSocket.
 */
export function securityHeaders(nonce: string, development: boolean): Record<string, string> {
  return {
    "content-security-policy": [
      "default-src 'self'",
      `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      `connect-src 'self'${development ? " ws:" : ""}`,
      "worker-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
