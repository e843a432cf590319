// Where the screen starts: settings of libraries, providers, router, first render.

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import * as z from 'zod/mini'
import { createFileOpener } from './api/open-files.ts'
import { createQueryClient } from './api/query-client.ts'
import { documentBasePath } from './base-path.ts'
import { CommandsProvider } from './commands/CommandsProvider.tsx'
import { LanguageProvider, initialIntl } from './i18n/LanguageProvider.tsx'
import { pages } from './pages.ts'
import { createAppRouter } from './router.tsx'
import './theme/base.css'
import { ToastProvider } from './ui/Toast.tsx'

// zod would try `new Function` to be faster; the content security policy reports each try.
z.config({ jitless: true })

const element = document.getElementById('app')
if (element === null) throw new Error('index.html has no element with id app')

const intl = await initialIntl()
const queryClient = createQueryClient()
const router = createAppRouter({
  pages,
  basePath: documentBasePath(document),
  openFiles: createFileOpener(queryClient),
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
