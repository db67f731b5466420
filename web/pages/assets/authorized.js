if (location.hash === '#denied') {
  document.getElementById('title').textContent = 'Nothing was changed';
  document.getElementById('text').textContent = 'You did not allow the application anything. You can close this page.';
}
