/** What every picture of docs/screens starts from: stores, and ways into a state that several of them need. */
import type { Page } from '@playwright/test'
import { type Spoor, expect } from './server.ts'

/** `full` has the demo and a refused request or two, `empty` nothing. */
export interface Stores {
  readonly full: Spoor
  readonly empty: Spoor
  /** Ids of traces that are worth a picture. */
  readonly story: { readonly slow: string; readonly quick: string; readonly other: string; readonly large: string }
}

export interface State {
  /** The file is `<name>-<width>-<theme>.png`. */
  readonly name: string
  /** Brings the page into its state and waits until that is on screen. */
  readonly show: (page: Page, stores: Stores) => Promise<void>
}

export async function openTrace(page: Page, spoor: Spoor, id: string, query = ''): Promise<void> {
  await page.goto(`${spoor.origin}/trace/${id}${query}`)
  await expect(page.getByRole('treegrid').getByRole('row').first()).toBeVisible()
}

export async function openResults(page: Page, spoor: Spoor, query = ''): Promise<void> {
  await page.goto(`${spoor.origin}/search${query}`)
  await expect(page.locator('tbody a').first()).toBeVisible()
}

/** No answer to `path` until the page is left. */
export async function holdBack(page: Page, path: string): Promise<void> {
  await page.route(path, () => new Promise<void>(() => undefined))
}

export async function refuse(page: Page, path: string): Promise<void> {
  await page.route(path, route => route.abort('connectionrefused'))
}
