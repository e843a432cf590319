// Where the single file (spoor.html) starts: the pages that need no server, their addresses behind the #, so that the file
// works from a disk and from any web server alike. scripts/build-single.ts puts it together.

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createHashHistory } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import * as z from 'zod/mini'
import { createFileOpener } from '#app/api/open-files.ts'
import { createQueryClient } from '#app/api/query-client.ts'
import { CommandsProvider } from '#app/commands/CommandsProvider.tsx'
import { LanguageProvider, initialIntl } from '#app/i18n/LanguageProvider.tsx'
import { createAppRouter } from '#app/router.tsx'
import '#app/theme/base.css'
import { ToastProvider } from '#app/ui/Toast.tsx'

z.config({ jitless: true })

const element = document.getElementById('app')
if (element === null) throw new Error('the page has no element with id app')

const intl = await initialIntl()
const queryClient = createQueryClient()
const router = createAppRouter({
  pages: {
    trace: () => import('#app/pages/trace/Page.tsx'),
    compare: () => import('#app/pages/compare/Page.tsx'),
    upload: () => import('#app/pages/upload/Page.tsx'),
  },
  basePath: '',
  openFiles: createFileOpener(queryClient),
  history: createHashHistory(),
})

createRoot(element).render(
  <StrictMode>
    <LanguageProvider initial={intl}>
      <QueryClientProvider client={queryClient}>
        <CommandsProvider>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </CommandsProvider>
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
)
