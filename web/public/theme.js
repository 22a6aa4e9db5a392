// Before the first paint, so that a chosen scheme does not flash; a file, because the page allows no inline script.
try {
  const chosen = localStorage.getItem('aliquot.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // no storage: the system decides
}
