// Where the app lives on its host. The server writes it twice into index.html: `<base href>` for assets and requests,
// `<meta name="spoor-base-path">` for the router.

/** `/jaeger/` → `/jaeger`, `/` and '' → ''. Anything that is no absolute path counts as ''. */
export function parseBasePath(content: string | null | undefined): string {
  const path = (content ?? '').replace(/\/+$/u, '')
  return /^(\/[^/?#\s]+)*$/u.test(path) ? path : ''
}

/** The base path of the document. */
export function documentBasePath(root: ParentNode): string {
  return parseBasePath(root.querySelector<HTMLMetaElement>('meta[name="spoor-base-path"]')?.content)
}
