/**
 * The content security policy of the page, once: the server sends it with index.html, the browser tests serve under it.
 *
 * What the policy means for code of the app:
 * - no inline script and no inline `<style>`; a `style` set by React goes through CSSOM and is not concerned;
 * - no HTML sinks (`innerHTML`, `insertAdjacentHTML`): Trusted Types refuse plain strings, and the one policy there is
 *   makes worker URLs only;
 * - no `new Function`: zod is told so in app/main.tsx (`jitless`); React Aria's spin buttons (number and date fields) clear
 *   their announcer through `innerHTML` and so can't be used.
 */

/** Name of the one Trusted Types policy. It makes script URLs of our own workers and nothing else. */
export const TRUSTED_TYPES_POLICY = 'spoor-worker'

/**
 * SHA-256 of the two constant style sheets that React Aria puts into `<head>`: touch-action of pressables (usePress), and
 * overscroll-behavior while a modal is open on iOS (usePreventScroll). A test takes both texts out of the installed
 * version and compares, so an update that changes them fails there and not on somebody's screen.
 */
export const REACT_ARIA_STYLE_HASHES = [
  'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o=',
  'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg=',
] as const

/** Directives and their sources, in the order they are sent. */
export const CONTENT_SECURITY_POLICY: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'self'"],
  // wasm: graph layout in a worker; a worker made from our own URL has its own policy from its own answer's headers.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'", ...REACT_ARIA_STYLE_HASHES.map(hash => `'${hash}'`)],
  'worker-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'self'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': [TRUSTED_TYPES_POLICY],
}

/** The header's value. */
export function formatContentSecurityPolicy(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ')
}
