// Runs before the first paint, as a classic script of our own origin (the content security policy allows no inline one):
// puts the kept theme on <html>. theme/theme.ts owns the entry; theme/theme.test.ts runs this file.
try {
  const kept = JSON.parse(localStorage.getItem('spoor.theme') ?? 'null')?.state?.preference
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept
} catch {
  // No localStorage or no JSON in it: the system decides.
}
