import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  CONTENT_SECURITY_POLICY,
  REACT_ARIA_STYLE_HASHES,
  formatContentSecurityPolicy,
} from './content-security-policy.ts'

/** The text that an installed module of React Aria gives its style element, its constants filled in. */
function styleText(module: string): string {
  const source = readFileSync(new URL(`../../node_modules/react-aria/dist/private/${module}`, import.meta.url), 'utf8')
  const template = /style\.textContent = `([^`]*)`\.trim\(\)/u.exec(source)
  if (template === null) throw new Error(`${module} sets no style text in the form known here: look at it again`)
  return template[1]
    .replaceAll(/\$\{([^}]+)\}/gu, (_, name: string) => {
      const at = source.indexOf(`const ${name} = '`)
      if (at < 0) throw new Error(`${module} fills its style with ${name}, which is no constant`)
      return source.slice(at + `const ${name} = '`.length).split("'")[0]
    })
    .trim()
}

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

test('the hashes are those of the installed React Aria', () => {
  expect([hash(styleText('interactions/usePress.mjs')), hash(styleText('overlays/usePreventScroll.mjs'))]).toEqual([
    ...REACT_ARIA_STYLE_HASHES,
  ])
})

test('nothing unsafe is allowed but wasm, and no other origin', () => {
  const sources = Object.values(CONTENT_SECURITY_POLICY).flat()
  expect(sources.filter(source => source.includes('unsafe'))).toEqual(["'wasm-unsafe-eval'"])
  expect(sources.filter(source => /[*:]/u.test(source))).toEqual([])
})

test('the header is one line', () => {
  expect(formatContentSecurityPolicy({ 'default-src': ["'self'"], 'img-src': ["'self'", 'data:'] })).toBe(
    "default-src 'self'; img-src 'self' data:",
  )
})
