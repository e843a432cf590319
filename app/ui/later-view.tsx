// Views whose script comes later: when they are first shown, or before, when somebody fetches it.

import { createElement, use } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { settled } from '#app/i18n/settled.ts'

export interface LaterView<P> {
  (props: P): ReactNode
  /** Fetches the script; once, and again after a failure. */
  readonly fetch: () => Promise<ComponentType<P>>
}

/**
 * A component that suspends until its script is there. One that was fetched before shows at once: React holds back what
 * follows a fallback for 300 ms, and `lazy` shows one even then.
 */
export function laterView<P extends object>(load: () => Promise<ComponentType<P>>): LaterView<P> {
  let coming: Promise<ComponentType<P>> | undefined
  const fetch = (): Promise<ComponentType<P>> => {
    if (coming !== undefined) return coming
    const view = settled(load())
    coming = view
    view.catch(() => (coming = undefined))
    return view
  }
  return Object.assign((props: P): ReactNode => createElement(use(fetch()), props), { fetch })
}
