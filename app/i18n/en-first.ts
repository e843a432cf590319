// English words of the frame and the search page: what the first result needs. The rest comes right after (all-words.ts).

import { ledger } from './en/ledger.ts'
import { search } from './en/search.ts'
import { shell } from './en/shell.ts'
import { ui } from './en/ui.ts'

export const enFirst = { ...ui, ...shell, ...search, ...ledger } as const
