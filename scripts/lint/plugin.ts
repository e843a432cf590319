/**
 * The project's own lint rules: `spoor/imports` (the table of import-table.ts), `spoor/named-d3` and `spoor/explained`.
 * Loaded by oxlint as a plugin; Node runs it as it is.
 */
import { relative, sep } from 'node:path'
import { importProblem } from './import-problem.ts'

interface Node {
  readonly type: string
}
interface ImportNode extends Node {
  readonly source?: (Node & { readonly value?: unknown }) | null
  readonly specifiers?: readonly Node[]
}
interface Comment extends Node {
  readonly value: string
}
interface Context {
  readonly cwd: string
  readonly filename: string
  readonly sourceCode: { getAllComments(): readonly Comment[] }
  report(problem: { readonly node: Node; readonly message: string }): void
}

const imports = {
  meta: { type: 'problem', docs: { description: 'imports point the way that scripts/lint/import-table.ts says' } },
  create(context: Context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/')
    const judge = (node: ImportNode): void => {
      const specifier = node.source?.value
      if (node.source == null || typeof specifier !== 'string') return
      const message = importProblem(file, specifier)
      if (message !== undefined) context.report({ node: node.source, message })
    }
    return {
      ImportDeclaration: judge,
      ExportNamedDeclaration: judge,
      ExportAllDeclaration: judge,
      ImportExpression: judge,
    }
  },
}

const namedD3 = {
  meta: { type: 'problem', docs: { description: 'd3 is imported by name' } },
  create(context: Context) {
    return {
      ImportDeclaration(node: ImportNode): void {
        if (node.source?.value !== 'd3') return
        if (node.specifiers?.every(specifier => specifier.type === 'ImportSpecifier') === true) return
        context.report({ node, message: "Import d3's functions by name: the whole of it is 91 KB in the browser." })
      },
    }
  },
}

/** A comment that silences a tool, and the reason it must bring along: `// oxlint-disable-next-line rule -- why`. */
const silencer = /^[\s*/]*(?:(?:oxlint|eslint)-disable|@ts-(?:expect-error|ignore|nocheck))/
const reason = /(?:--|@ts-expect-error:?)\s*\S.{9,}/s

const explained = {
  meta: { type: 'problem', docs: { description: 'what silences a tool says why' } },
  create(context: Context) {
    return {
      Program(): void {
        for (const comment of context.sourceCode.getAllComments()) {
          if (!silencer.test(comment.value)) continue
          const banned = /@ts-(?:ignore|nocheck)/.test(comment.value)
          if (banned)
            context.report({
              node: comment,
              message: 'Write @ts-expect-error: it says so when it is no longer needed.',
            })
          else if (!reason.test(comment.value)) {
            context.report({ node: comment, message: 'A suppression needs its reason: `-- why this is right here`.' })
          }
        }
      },
    }
  },
}

// oxlint takes a plugin from the default export.
export default {
  meta: { name: 'spoor' },
  rules: { imports, 'named-d3': namedD3, explained },
}
