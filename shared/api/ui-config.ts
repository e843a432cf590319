/** GET /api/spoor/ui-config: what whoever runs the server wants on every page (Jaeger UI's configuration file, as read). */
import * as z from 'zod/mini'

const MenuLink = z.object({ label: z.string(), url: z.string() })

export const UiConfig = z.object({
  /** Beside the pages: a link, or a list of links under a title. */
  menu: z.array(z.object({ label: z.string(), url: z.optional(z.string()), items: z.array(MenuLink) })),
  linkPatterns: z.array(
    z.object({
      place: z.enum(['traces', 'span', 'resource', 'events']),
      keys: z.array(z.string()),
      url: z.string(),
      text: z.string(),
    }),
  ),
  /** Whether traces can be archived on the pages; the store may have no archive all the same. */
  archive: z.boolean(),
  /** Whether readers choose between light and dark; false: every page is light. */
  themes: z.boolean(),
  search: z.object({
    /** The longest preset that the form offers, ms; null: all. */
    maxLookbackMs: z.nullable(z.number()),
    maxLimit: z.nullable(z.number()),
  }),
})
export type UiConfig = z.infer<typeof UiConfig>

export const NO_UI_CONFIG: UiConfig = {
  menu: [],
  linkPatterns: [],
  archive: true,
  themes: true,
  search: { maxLookbackMs: null, maxLimit: null },
}
