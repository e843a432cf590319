/** Words of the kit (app/ui) and of the formatters. A key holds a whole sentence with named parts. */
export const ui = {
  'ui.close': 'Close',
  'ui.cancel': 'Cancel',
  'ui.copy': 'Copy',
  'ui.copied': 'Copied',
  'ui.notCopied':
    'Not copied: the browser refused access to the clipboard. Select the text and copy it with the keyboard.',
  'ui.remove': 'Remove {name}',
  'ui.more': 'More',
  'ui.loading': 'Loading',
  'ui.tryAgain': 'Try again',
  'ui.find': 'Find',
  'ui.nothingFound': 'Nothing found for “{text}”',
  'ui.noEntries': 'Nothing to choose from',
  'ui.resize': 'Width of {name}',
  'ui.clear': 'Clear',
  'ui.notifications': 'Notifications',
  'ui.dismiss': 'Dismiss',
  'ui.progress': '{name}, {percent}',
  'ui.own.error': 'own error',
  'ui.error.below': 'error below',
} as const
