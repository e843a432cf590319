// What every test in the browser begins with.

import { configure } from '@testing-library/react'

// A machine that is busy with other things loads a page's code in more than the usual second.
configure({ asyncUtilTimeout: 15_000 })
